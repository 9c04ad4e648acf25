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
import io.github.rlrr.vit.image.ImageDecodeException;

/**
 * What DJL Serving asks: the body of a request is an encoded image, the answer the JSON of DJL's
 * {@link Classifications}. It fetches nothing from an address that a request names.
 */
final class VitServingTranslator implements Translator<Input, Output> {

    private final Translator<byte[], Classifications> images;

    VitServingTranslator(Translator<byte[], Classifications> images) {
        this.images = images;
    }

    @Override
    public Batchifier getBatchifier() {
        return images.getBatchifier();
    }

    /** A {@link TranslateException} is what the server answers with status 400. */
    @Override
    public NDList processInput(TranslatorContext context, Input input) throws Exception {
        BytesSupplier body = input.getData();
        if (body == null) {
            throw new TranslateException("the request is empty, expected an encoded image");
        }
        try {
            return images.processInput(context, body.getAsBytes());
        } catch (ImageDecodeException e) {
            throw new TranslateException(e.getMessage(), e);
        }
    }

    @Override
    public Output processOutput(TranslatorContext context, NDList list) throws Exception {
        Output output = new Output();
        output.add(images.processOutput(context, list));
        output.addProperty("Content-Type", "application/json");
        return output;
    }
}
