package io.github.rlrr.vit.inference;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.task.Task;
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
 * How a network is asked: its images prepared, run as a batch, and its outputs read.
 *
 * @param decoder reads images, 16-bit grey as the preprocessing says
 * @param preprocessing how the network's inputs are prepared
 * @param names the classes, labels or quantities, one for each output
 * @param task what is asked
 * @param rejectBelow the threshold of one label an image, 0 to 1
 */
record Asking(
        ImageDecoder decoder,
        Preprocessing preprocessing,
        List<String> names,
        Task task,
        double rejectBelow) {

    Asking {
        decoder = decoder.withSixteenBit(preprocessing.sixteenBit());
        names = List.copyOf(names);
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
    Answer answer(float[] outputs) {
        double[] values = task.answer(outputs);
        boolean accepted = rejectBelow == 0 || Arrays.stream(values).max().orElse(0) >= rejectBelow;
        return new Answer(task, names, Arrays.stream(values).boxed().toList(), accepted);
    }

    /** Asks about prepared images as one batch. */
    List<Answer> ask(List<RgbImage> sized, UnaryOperator<NDList> network, Device device) {
        return Arrays.stream(outputs(sized, network, device)).map(this::answer).toList();
    }

    /** Prepares images, so many at a time, and asks about each batch. */
    List<Answer> inBatches(
            List<ImageSource> images, int batchSize, Function<List<RgbImage>, List<Answer>> ask)
            throws ImageDecodeException {
        requireSome(images);
        List<Answer> answers = new ArrayList<>(images.size());
        for (int from = 0; from < images.size(); from += batchSize) {
            int to = Math.min(images.size(), from + batchSize);
            List<RgbImage> sized = new ArrayList<>(to - from);
            for (ImageSource image : images.subList(from, to)) {
                sized.add(prepare(image));
            }
            answers.addAll(ask.apply(sized));
        }
        return answers;
    }

    static void requireSome(List<?> images) {
        if (images.isEmpty()) {
            throw new IllegalArgumentException("the batch is empty, expected at least one image");
        }
    }
}
