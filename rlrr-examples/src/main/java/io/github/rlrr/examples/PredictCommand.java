package io.github.rlrr.examples;

import ai.djl.nn.Block;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rlrr predict}: labels and probabilities of single images. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Label images, with probabilities.")
final class PredictCommand implements Callable<Integer> {

    @Mixin private final BaseOptions base = new BaseOptions();

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            required = true,
            description = "The adapter folder.")
    @SuppressWarnings("NullAway.Init")
    private Path adapter;

    @Option(names = "--top", defaultValue = "3", description = "Labels an image. Default: 3.")
    private int top = 3;

    @Option(
            names = "--merged",
            description = "Absorb the adapter into a plain model first: same answers, less work.")
    private boolean merged;

    @Option(names = "--json", description = "Print one JSON object an image, with every class.")
    private boolean json;

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "Image files.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> images;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        if (top < 1) {
            throw new IllegalArgumentException("--top is " + top + ", expected at least 1");
        }
        ImageDecoder decoder = new ImageDecoder();
        Map<Path, RgbImage> decoded = new LinkedHashMap<>();
        for (Path image : images) {
            decoded.put(image, decoder.decode(image));
        }
        try (AdaptedModel model = AdaptedModel.open(adapter, base)) {
            if (merged) {
                try (VisionTransformer plain = model.vit().merged(model.adapted())) {
                    predict(plain, model, decoded, print);
                }
            } else {
                predict(model.adapted(), model, decoded, print);
            }
        }
        print.flush();
        return 0;
    }

    private void predict(
            Block block, AdaptedModel model, Map<Path, RgbImage> decoded, PrintWriter print) {
        List<String> classes = model.metadata().classNames();
        decoded.forEach(
                (path, image) -> {
                    double[] probabilities =
                            Predictions.of(block, image, model.preprocessing(), base.device());
                    if (json) {
                        print.println(json(path, classes, probabilities));
                    } else {
                        print.println(path);
                        Predictions.ranked(probabilities).stream()
                                .limit(top)
                                .forEach(
                                        i ->
                                                print.printf(
                                                        Locale.ROOT,
                                                        "  %9.5f %%  %s%n",
                                                        100 * probabilities[i],
                                                        classes.get(i)));
                    }
                });
    }

    private static String json(Path path, List<String> classes, double[] probabilities) {
        JsonObject byClass = new JsonObject();
        for (int i = 0; i < probabilities.length; i++) {
            byClass.addProperty(classes.get(i), probabilities[i]);
        }
        JsonObject line = new JsonObject();
        line.addProperty("image", path.toString());
        line.addProperty("label", classes.get(Predictions.ranked(probabilities).get(0)));
        line.add("probabilities", byClass);
        return new Gson().toJson(line);
    }
}
