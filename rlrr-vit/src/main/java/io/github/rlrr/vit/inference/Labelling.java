package io.github.rlrr.vit.inference;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.torch.DeviceMemory;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * How a network is asked for labels: its images prepared, run as a batch, and its outputs read.
 *
 * @param decoder reads images, 16-bit grey as the preprocessing says
 * @param preprocessing how the network's inputs are prepared
 * @param classNames in label order, one for each output
 * @param rejectBelow the threshold, 0 to 1
 */
record Labelling(
        ImageDecoder decoder,
        Preprocessing preprocessing,
        List<String> classNames,
        double rejectBelow) {

    Labelling {
        decoder = decoder.withSixteenBit(preprocessing.sixteenBit());
        classNames = List.copyOf(classNames);
    }

    /** Reads an image and brings it to the network's size. */
    RgbImage prepare(ImageSource image) throws ImageDecodeException {
        return preprocessing.resize(image.read(decoder));
    }

    /** Normalised values (B, 3, height, width) of prepared images. */
    NDArray batch(List<RgbImage> sized, NDManager manager) {
        Shape one =
                new Shape(BackboneConfig.CHANNELS, preprocessing.height(), preprocessing.width());
        int each = Math.toIntExact(one.size());
        float[] values = new float[Math.multiplyExact(sized.size(), each)];
        for (int i = 0; i < sized.size(); i++) {
            preprocessing.normalise(sized.get(i), false, values, i * each);
        }
        return manager.create(values, new Shape(sized.size()).addAll(one));
    }

    /**
     * A network's outputs by image: one forward, with nothing left behind. Safe from several
     * threads where nobody changes the network.
     */
    float[][] outputs(List<RgbImage> sized, UnaryOperator<NDList> network, Device device) {
        try (GradMode off = GradMode.off();
                NDManager manager = TorchRuntime.newManager(device)) {
            off.suppressNotUsedWarning();
            float[] all = network.apply(new NDList(batch(sized, manager))).head().toFloatArray();
            int each = all.length / sized.size();
            float[][] rows = new float[sized.size()][];
            Arrays.setAll(rows, i -> Arrays.copyOfRange(all, i * each, (i + 1) * each));
            return rows;
        } catch (RuntimeException e) {
            throw DeviceMemory.explained(
                    e, device, sized.size() + " images at once", "label fewer at a time");
        }
    }

    /** What the outputs for an image say. */
    Classification answer(float[] outputs) {
        return Classification.of(outputs, classNames, rejectBelow);
    }

    /** Labels prepared images as one batch. */
    List<Classification> label(List<RgbImage> sized, UnaryOperator<NDList> network, Device device) {
        return Arrays.stream(outputs(sized, network, device)).map(this::answer).toList();
    }

    /** Prepares images, so many at a time, and has each batch labelled. */
    List<Classification> inBatches(
            List<ImageSource> images,
            int batchSize,
            Function<List<RgbImage>, List<Classification>> label)
            throws ImageDecodeException {
        requireSome(images);
        List<Classification> answers = new ArrayList<>(images.size());
        for (int from = 0; from < images.size(); from += batchSize) {
            int to = Math.min(images.size(), from + batchSize);
            List<RgbImage> sized = new ArrayList<>(to - from);
            for (ImageSource image : images.subList(from, to)) {
                sized.add(prepare(image));
            }
            answers.addAll(label.apply(sized));
        }
        return answers;
    }

    static void requireSome(List<?> images) {
        if (images.isEmpty()) {
            throw new IllegalArgumentException("the batch is empty, expected at least one image");
        }
    }
}
