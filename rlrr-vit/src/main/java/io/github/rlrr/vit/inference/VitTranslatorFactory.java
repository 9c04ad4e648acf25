package io.github.rlrr.vit.inference;

import ai.djl.Model;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.cv.Image;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import io.github.rlrr.task.Regression;
import io.github.rlrr.vit.checkpoint.Backbones;
import io.github.rlrr.vit.checkpoint.CheckpointDescription;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.Preprocessing;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * Makes translators for a model whose folder names its classes and preprocessing: from {@code
 * Image}, {@code Path}, {@code InputStream} or {@code byte[]} to {@code Classifications} or,
 * whatever the model was trained for, to {@link Answer}, and from {@code Input} to {@code Output}
 * for DJL Serving.
 *
 * <p>Arguments {@code min_side}, {@code max_pixels}, {@code max_bytes}, {@code max_scans} and
 * {@code max_seconds} replace those of {@link ImageLimits#SERVICE}; {@code topK} is the number of
 * classes in an answer's text, DJL's 5 without.
 */
public final class VitTranslatorFactory implements TranslatorFactory {

    private static final String NAME = "the image";
    private static final Map<Type, Function<?, ImageSource>> SOURCES =
            Map.of(
                    Image.class,
                    (Function<Image, ImageSource>) VitTranslatorFactory::pixels,
                    Path.class,
                    (Function<Path, ImageSource>) ImageSource::of,
                    InputStream.class,
                    (Function<InputStream, ImageSource>) in -> ImageSource.of(in, NAME),
                    byte[].class,
                    (Function<byte[], ImageSource>) bytes -> ImageSource.of(bytes, NAME));

    /** Made by DJL, by its name. */
    public VitTranslatorFactory() {}

    private static ImageSource pixels(Image image) {
        Object wrapped = image.getWrappedImage();
        if (wrapped instanceof BufferedImage pixels) {
            return ImageSource.of(pixels, NAME);
        }
        throw new IllegalArgumentException(
                "the image is a "
                        + wrapped.getClass().getName()
                        + ", expected one of DJL's BufferedImageFactory");
    }

    @Override
    public Set<Pair<Type, Type>> getSupportedTypes() {
        Set<Pair<Type, Type>> types = new HashSet<>();
        for (Type type : SOURCES.keySet()) {
            types.add(new Pair<>(type, Classifications.class));
            types.add(new Pair<>(type, Answer.class));
        }
        types.add(new Pair<>(Input.class, Output.class));
        return types;
    }

    /**
     * Makes a translator.
     *
     * @throws TranslateException when the model's folder does not say its classes and
     *     preprocessing, an argument is no whole number in its range, or the model answers with
     *     numbers and {@code Classifications} are asked for
     * @throws IllegalArgumentException for other types than those supported
     */
    @Override
    @SuppressWarnings("unchecked") // The types are those that were asked for.
    public <I, O> Translator<I, O> newInstance(
            Class<I> input, Class<O> output, Model model, Map<String, ?> arguments)
            throws TranslateException {
        if (!isSupported(input, output)) {
            throw new IllegalArgumentException(
                    "from "
                            + input.getName()
                            + " to "
                            + output.getName()
                            + ", expected one of "
                            + getSupportedTypes());
        }
        int top = top(arguments);
        if (input == Input.class) {
            return (Translator<I, O>)
                    new VitServingTranslator(translator(byte[].class, model, arguments), top);
        }
        AnswerTranslator<I> translator = translator(input, model, arguments);
        if (output == Answer.class) {
            return (Translator<I, O>) translator;
        }
        if (translator.asking().task().name().equals(Regression.NAME)) {
            throw new TranslateException(
                    model.getModelPath()
                            + " answers with numbers, which Classifications cannot hold; ask for "
                            + Answer.class.getName());
        }
        return (Translator<I, O>) new VitTranslator<>(translator, top);
    }

    private static int top(Map<String, ?> arguments) throws TranslateException {
        try {
            int top = Math.toIntExact(whole(arguments, "topK", VitTranslator.USUAL_TOP));
            if (top < 1) {
                throw new IllegalArgumentException("topK is " + top + ", expected at least 1");
            }
            return top;
        } catch (IllegalArgumentException e) {
            throw new TranslateException(e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked") // SOURCES has a function of each key.
    private static <I> AnswerTranslator<I> translator(
            Class<I> input, Model model, Map<String, ?> arguments) throws TranslateException {
        try {
            Path folder = model.getModelPath();
            CheckpointDescription said = Backbones.of(folder).describe(folder);
            Preprocessing preprocessing = ClassifierModel.preprocessing(folder, said);
            ImageDecoder decoder = new ImageDecoder(limits(arguments));
            Function<I, ImageSource> source =
                    (Function<I, ImageSource>) Objects.requireNonNull(SOURCES.get(input));
            return new AnswerTranslator<>(
                    source, new Asking(decoder, preprocessing, said.classNames(), said.task(), 0));
        } catch (IOException | IllegalArgumentException e) {
            throw new TranslateException(e.getMessage(), e);
        }
    }

    private static ImageLimits limits(Map<String, ?> arguments) {
        ImageLimits usual = ImageLimits.SERVICE;
        return new ImageLimits(
                Math.toIntExact(whole(arguments, "min_side", usual.minSide())),
                whole(arguments, "max_pixels", usual.maxPixels()),
                whole(arguments, "max_bytes", usual.maxBytes()),
                Math.toIntExact(whole(arguments, "max_scans", usual.maxScans())),
                Duration.ofSeconds(whole(arguments, "max_seconds", usual.maxTime().toSeconds())));
    }

    private static long whole(Map<String, ?> arguments, String key, long usual) {
        Object value = arguments.get(key);
        try {
            return value == null ? usual : Long.parseLong(value.toString());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    key + " is \"" + value + "\", expected a whole number", e);
        }
    }
}
