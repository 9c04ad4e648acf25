package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.checkpoint.BackboneFamily;
import io.github.rlrr.vit.checkpoint.Backbones;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads the folders that {@code docs/benchmark/timm_survey.py} makes and tells which architectures
 * of timm's give timm's logits, which are refused and, if any, which are wrong.
 */
public final class TimmSurvey {

    private static final double TOLERANCE = 1e-4;

    private TimmSurvey() {}

    /**
     * Prints a line for each folder and a count of pretrained tags.
     *
     * @param arguments the folder of folders
     */
    public static void main(String[] arguments) throws IOException {
        Map<String, Integer> tags = new TreeMap<>();
        List<Path> folders;
        try (Stream<Path> all = Files.list(Path.of(arguments[0]))) {
            folders =
                    all.filter(f -> Files.exists(f.resolve("numbers.safetensors")))
                            .sorted()
                            .toList();
        }
        for (Path folder : folders) {
            String answer = answer(folder);
            int count = Integer.parseInt(Files.readString(folder.resolve("tags.txt")).strip());
            System.out.println(folder.getFileName() + " (" + count + "): " + answer);
            tags.merge(answer.split(" ", 2)[0], count, Integer::sum);
        }
        System.out.println("pretrained tags: " + tags);
    }

    private static Backbone load(Path folder) throws IOException {
        BackboneFamily family = Backbones.of(folder);
        BackboneConfig config = family.describe(folder).config();
        return family.load(folder, config, ai.djl.Device.cpu(), false);
    }

    private static String answer(Path folder) throws IOException {
        try (Backbone network = load(folder);
                NDManager manager = NDManager.newBaseManager("PyTorch");
                TensorReader numbers = TensorReader.open(folder.resolve("numbers.safetensors"))) {
            NDArray images = numbers.read("images", manager);
            float[] expected = numbers.readFloats("logits");
            ParameterStore store = new ParameterStore(manager, false);
            // Without classes timm answers with what the head would see.
            float[] actual =
                    network.config().classes() * images.getShape().get(0) == expected.length
                            ? network.forward(store, new NDList(images), false)
                                    .head()
                                    .toFloatArray()
                            : network.embedding(store, images, false).toFloatArray();
            if (actual.length != expected.length) {
                return "WRONG " + actual.length + " numbers, expected " + expected.length;
            }
            double largest = 0;
            double difference = 0;
            for (int i = 0; i < expected.length; i++) {
                largest = Math.max(largest, Math.abs(expected[i]));
                difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
            }
            double relative = difference / largest;
            return (relative <= TOLERANCE ? "exact" : "WRONG")
                    + String.format(Locale.ROOT, " %.1e of %.3g", relative, largest);
        } catch (IOException e) {
            return "refused " + e.getMessage().replace(folder.toString(), "");
        }
    }
}
