package io.github.rlrr.vit.inference;

import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDList;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.Preprocessing;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Images to a network's inputs and its logits to classes, as DJL's {@code Predictor} asks for them:
 * the same preprocessing, decoding and limits as {@link ImageClassifier}'s.
 *
 * <p>Images of one batch are stacked. Holds no state: one may serve many predictors.
 *
 * @param <I> what an image is given as
 */
public final class VitTranslator<I> implements Translator<I, Classifications> {

    /** The classes in the text of DJL's {@code Classifications}. */
    static final int USUAL_TOP = 5;

    private final AnswerTranslator<I> translator;
    private final int top;

    /**
     * A translator.
     *
     * @param source where an image of the given form is read from
     * @param preprocessing how the model's inputs are prepared
     * @param classNames in label order
     * @param decoder with the limits that hold; 16-bit grey is read as the preprocessing says
     * @param top the number of classes in an answer's text and JSON, at least 1; the answer has all
     * @throws IllegalArgumentException when {@code top} is less
     */
    public VitTranslator(
            Function<I, ImageSource> source,
            Preprocessing preprocessing,
            List<String> classNames,
            ImageDecoder decoder,
            int top) {
        this(
                new AnswerTranslator<>(
                        Objects.requireNonNull(source, "source"),
                        new Asking(decoder, preprocessing, classNames, SingleLabel.USUAL, 0)),
                top);
    }

    /** Of classes, or of labels, whose probabilities do not sum to 1. */
    VitTranslator(AnswerTranslator<I> translator, int top) {
        if (top < 1) {
            throw new IllegalArgumentException("topK is " + top + ", expected at least 1");
        }
        this.translator = translator;
        this.top = top;
    }

    /**
     * Prepares an image.
     *
     * @return float32 (3, height, width), on the context's manager
     * @throws io.github.rlrr.vit.image.ImageDecodeException when it is not an image that can be
     *     read, or over a limit
     */
    @Override
    public NDList processInput(TranslatorContext context, I input) throws Exception {
        return translator.processInput(context, input);
    }

    /**
     * Names the classes.
     *
     * @return every class with its probability
     * @throws ArithmeticException when a logit is not finite
     */
    @Override
    public Classifications processOutput(TranslatorContext context, NDList list) {
        Answer said = translator.processOutput(context, list);
        Classifications answer = new Classifications(said.names(), said.values());
        answer.setTopK(top);
        return answer;
    }
}
