package io.github.rlrr.vit.inference;

import ai.djl.ndarray.NDList;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.RgbImage;
import java.util.List;
import java.util.function.Function;

/**
 * Images to a network's inputs and its outputs to answers, whatever it was trained for, as DJL's
 * {@code Predictor} asks for them. Images of one batch are stacked. Holds no state.
 *
 * @param <I> what an image is given as
 * @param source where an image of the given form is read from
 * @param asking how the network is asked
 */
record AnswerTranslator<I>(Function<I, ImageSource> source, Asking asking)
        implements Translator<I, Answer> {

    @Override
    public NDList processInput(TranslatorContext context, I input) throws Exception {
        RgbImage image = asking.prepare(source.apply(input));
        return new NDList(asking.batch(List.of(image), context.getNDManager()).squeeze(0));
    }

    @Override
    public Answer processOutput(TranslatorContext context, NDList list) {
        return asking.answer(list.singletonOrThrow().toFloatArray());
    }
}
