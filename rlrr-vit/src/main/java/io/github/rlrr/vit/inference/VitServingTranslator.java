package io.github.rlrr.vit.inference;

import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.BytesSupplier;
import ai.djl.ndarray.NDList;
import ai.djl.translate.Batchifier;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.vit.image.ImageDecodeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What DJL Serving asks: the body of a request is an encoded image, the answer JSON: that of DJL's
 * {@link Classifications} for one label an image, {@code labels} given and {@code values} by name
 * for several, {@code values} for numbers. It fetches nothing from an address that a request names.
 *
 * <p>What is no image gets an {@code Output} of code 400, which the server sends as it is. An
 * exception would fail all requests of a dynamic batch, each answered with the message of one.
 */
final class VitServingTranslator implements Translator<Input, Output> {

    /** Attachment of a batch: a message for each input that was refused, else "". */
    private static final String REFUSALS = "refusals";

    private final Translator<byte[], Answer> images;
    private final int top;

    /**
     * A translator.
     *
     * @param images reads an image and answers
     * @param top the classes in the answer of one label an image
     */
    VitServingTranslator(Translator<byte[], Answer> images, int top) {
        this.images = images;
        this.top = top;
    }

    @Override
    public Batchifier getBatchifier() {
        return Objects.requireNonNull(images.getBatchifier());
    }

    @Override
    public NDList batchProcessInput(TranslatorContext context, List<Input> inputs)
            throws Exception {
        List<NDList> read = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        for (Input input : inputs) {
            try {
                read.add(processInput(context, input));
                refusals.add("");
            } catch (TranslateException e) {
                refusals.add(Objects.requireNonNull(e.getMessage()));
            }
        }
        context.setAttachment(REFUSALS, refusals);
        // The predictor does not run the model for an empty list.
        return read.isEmpty()
                ? new NDList()
                : getBatchifier().batchify(read.toArray(new NDList[0]));
    }

    /** Without a cause: the server shows the message of the innermost exception. */
    @Override
    public NDList processInput(TranslatorContext context, Input input) throws Exception {
        BytesSupplier body = input.getData();
        if (body == null) {
            throw new TranslateException("the request is empty, expected an encoded image");
        }
        try {
            return images.processInput(context, body.getAsBytes());
        } catch (ImageDecodeException e) {
            throw new TranslateException(e.getMessage());
        }
    }

    @Override
    @SuppressWarnings("unchecked") // Set above.
    public List<Output> batchProcessOutput(TranslatorContext context, NDList list)
            throws Exception {
        NDList[] logits = list.isEmpty() ? new NDList[0] : getBatchifier().unbatchify(list);
        List<Output> outputs = new ArrayList<>();
        int next = 0;
        for (String refusal : (List<String>) context.getAttachment(REFUSALS)) {
            outputs.add(
                    refusal.isEmpty() ? processOutput(context, logits[next++]) : refused(refusal));
        }
        return outputs;
    }

    @Override
    public Output processOutput(TranslatorContext context, NDList list) throws Exception {
        return output(200, "OK", json(images.processOutput(context, list)));
    }

    private BytesSupplier json(Answer answer) {
        return switch (answer.task().name()) {
            case Tasks.USUAL -> {
                Classifications classes = new Classifications(answer.names(), answer.values());
                classes.setTopK(top);
                yield classes;
            }
            case MultiLabel.NAME ->
                    BytesSupplier.wrapAsJson(
                            Map.of("labels", answer.labels(), "values", answer.byName()));
            default -> BytesSupplier.wrapAsJson(Map.of("values", answer.byName()));
        };
    }

    /** The server's own form of an error. */
    private static Output refused(String message) {
        Map<String, ?> error =
                Map.of("code", 400, "type", "ImageDecodeException", "message", message);
        return output(400, "Bad Request", BytesSupplier.wrapAsJson(error));
    }

    /** The message becomes the reason phrase of the status line. */
    private static Output output(int code, String message, BytesSupplier json) {
        Output output = new Output(code, message);
        output.add(json);
        output.addProperty("Content-Type", "application/json");
        return output;
    }
}
