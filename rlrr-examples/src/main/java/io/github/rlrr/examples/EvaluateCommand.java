package io.github.rlrr.examples;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.github.rlrr.training.Evaluation;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.ImageListing;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr evaluate}: how an adapter does on a folder of labelled images. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measure an adapter's accuracy on labelled images.")
final class EvaluateCommand implements Callable<Integer> {

    @Mixin private final BaseOptions base = new BaseOptions();

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            required = true,
            description = "The adapter folder.")
    @SuppressWarnings("NullAway.Init")
    private Path adapter;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            required = true,
            description = "A folder a class, or a folder with test/ that has them.")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(names = "--batch-size", defaultValue = "64", description = "Default: 64.")
    private int batchSize = 64;

    @Option(names = "--json", description = "Print the figures as JSON.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        if (batchSize < 1) {
            throw new IllegalArgumentException(
                    "--batch-size is " + batchSize + ", expected at least 1");
        }
        ImageListing listing = DataOptions.evaluated(data);
        try (AdaptedModel model = AdaptedModel.open(adapter, base)) {
            List<String> classes = model.metadata().classNames();
            ImageListing labelled = listing.relabelled(classes);
            ImageDataset images = ImageDataset.load(labelled, model.preprocessing());
            int[] seen = new int[classes.size()];
            int[] right = new int[classes.size()];
            Evaluation.forEachBatch(
                    model.adapted(),
                    images,
                    batchSize,
                    base.device(),
                    (first, logits) -> {
                        for (int i = 0; i < logits.length; i++) {
                            int label = images.label(first + i);
                            seen[label]++;
                            right[label] += Predictions.best(logits[i]) == label ? 1 : 0;
                        }
                    });
            print(print, classes, seen, right);
        }
        print.flush();
        return 0;
    }

    private void print(PrintWriter print, List<String> classes, int[] seen, int[] right) {
        int images = 0;
        int correct = 0;
        JsonObject perClass = new JsonObject();
        for (int i = 0; i < seen.length; i++) {
            images += seen[i];
            correct += right[i];
            if (seen[i] > 0) {
                perClass.addProperty(classes.get(i), (double) right[i] / seen[i]);
            }
        }
        if (json) {
            JsonObject result = new JsonObject();
            result.addProperty("images", images);
            result.addProperty("accuracy", (double) correct / images);
            result.add("accuracy_per_class", perClass);
            print.println(new GsonBuilder().setPrettyPrinting().create().toJson(result));
            return;
        }
        print.printf(
                Locale.ROOT,
                "accuracy %.2f %% (%d of %d images)%n",
                100.0 * correct / images,
                correct,
                images);
        for (int i = 0; i < seen.length; i++) {
            if (seen[i] > 0) {
                print.printf(
                        Locale.ROOT,
                        "  %-24s %6.2f %% (%d of %d)%n",
                        classes.get(i),
                        100.0 * right[i] / seen[i],
                        right[i],
                        seen[i]);
            }
        }
    }
}
