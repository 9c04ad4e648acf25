package io.github.rlrr.examples.command;

import ai.djl.Device;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.console.StopSignal;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.examples.option.ThreadsOption;
import io.github.rlrr.examples.output.OutFolder;
import io.github.rlrr.examples.report.Curves;
import io.github.rlrr.examples.run.TrainingRun;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.MetricsLog;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.ImageFolder;
import io.github.rlrr.vit.data.ImageSplits;
import io.github.rlrr.vit.data.OutputMark;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
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
import picocli.CommandLine.Spec;

/** {@code rlrr demo}: fine-tunes the bundled model on bundled images, next to a linear probe. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Fine-tune a bundled Vision Transformer, trained on CIFAR-10, on a bundled subset of"
                    + " Fashion-MNIST: 800 training, 200 validation and 2,000 test images.",
            "RLRR and a linear probe are trained the same way and tested once."
        })
public final class DemoCommand implements Callable<Integer> {

    private static final int BATCH = 32;
    private static final int EVALUATION_BATCH = 100;
    private static final double WEIGHT_DECAY = 1e-4;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "out/demo",
            description = "Where everything goes. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("out/demo");

    @Option(names = "--epochs", defaultValue = "20", description = "Default: ${DEFAULT-VALUE}.")
    private int epochs = 20;

    @Option(
            names = "--lr",
            defaultValue = "0.005",
            description = "RLRR's peak learning rate. Default: ${DEFAULT-VALUE}.")
    private double learningRate = 0.005;

    @Option(
            names = "--probe-lr",
            defaultValue = "0.01",
            description = "The linear probe's peak learning rate. Default: ${DEFAULT-VALUE}.")
    private double probeLearningRate = 0.01;

    @Mixin private final ThreadsOption threads = new ThreadsOption();

    @Option(names = "--seed", defaultValue = "0", description = "Default: 0.")
    private long seed;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        threads.use();
        try (OutFolder folder = OutFolder.hold("--out", out)) {
            OutputMark.write(out);
            return train(folder, print);
        }
    }

    private int train(OutFolder folder, PrintWriter print) throws IOException {
        Path images = out.resolve("fashion-mnist");
        Bundled.unpackFashionMnist(images);
        ImageSplits splits = ImageFolder.splits(images, seed);
        List<String> classes = splits.train().classNames();
        try (Backbone loaded = VitCheckpoint.load(Bundled.vit());
                StopSignal stop = new StopSignal();
                MetricsLog metrics = MetricsLog.create(out.resolve("metrics.jsonl"))) {
            Backbone vit = loaded.withHead(classes.size());
            Preprocessing preprocessing = Preprocessing.vitDefault(vit.config().imageHeight());
            ImageDataset train = ImageDataset.load(splits.train(), preprocessing).withFlip(true);
            ImageDataset validation = ImageDataset.load(splits.validation(), preprocessing);
            ImageDataset test = ImageDataset.load(splits.test(), preprocessing);
            AdapterMetadata metadata =
                    new AdapterMetadata(Bundled.VIT, classes, preprocessing.toMap());

            // An earlier run's; the new ones are there when this one has ended.
            Files.deleteIfExists(out.resolve("curves.png"));
            Files.deleteIfExists(out.resolve("metrics.jsonl"));
            print.printf(
                    "%s training, %s validation and %s test images in %s classes%n",
                    train.size(), validation.size(), test.size(), classes.size());
            Map<String, AdapterConfig> methods = new LinkedHashMap<>();
            methods.put("linear-probe", new LinearProbeConfig());
            methods.put("rlrr", RlrrConfig.builder().seed(seed).build());
            Map<String, List<EpochMetrics>> curves = new LinkedHashMap<>();
            Map<String, Evaluation> results = new LinkedHashMap<>();
            for (Map.Entry<String, AdapterConfig> entry : methods.entrySet()) {
                String method = entry.getKey();
                double rate = method.equals("rlrr") ? learningRate : probeLearningRate;
                print.println("== " + method);
                MetricsLog log = metrics.labelled("method", method);
                try (AdaptedBlock adapted = Rlrr.adapt(vit, entry.getValue())) {
                    FineTuner.Builder tuner =
                            FineTuner.builder(adapted)
                                    .dataset(train)
                                    .validation(validation)
                                    .epochs(epochs)
                                    .batchSize(BATCH)
                                    .learningRate(rate)
                                    .weightDecay(WEIGHT_DECAY)
                                    .seed(seed);
                    FineTuneResult trained =
                            TrainingRun.fit(
                                    tuner, adapted, validation.size(), log, print, stop, List.of());
                    folder.requireThere();
                    adapted.save(out.resolve(method).resolve("adapter"), metadata);
                    if (trained.stopped()) {
                        print.println("stopped");
                        return Fault.EXIT_CODE;
                    }
                    curves.put(method, trained.epochs());
                    Evaluation result =
                            Evaluation.of(adapted, test, EVALUATION_BATCH, Device.cpu());
                    log.evaluation("test", result);
                    results.put(method, result);
                }
                print.println();
            }
            folder.requireThere();
            Curves.write(curves, out.resolve("curves.png"));
            report(print, results, test.size(), test.path(0));
        }
        return 0;
    }

    private void report(
            PrintWriter print, Map<String, Evaluation> results, int tested, Path example) {
        print.println("test accuracy on " + tested + " images");
        results.forEach(
                (method, result) ->
                        print.printf(
                                Locale.ROOT,
                                "  %-13s %.2f %%%n",
                                method,
                                100 * result.value("accuracy")));
        print.println();
        print.println("adapter   " + out.resolve("rlrr").resolve("adapter"));
        print.println("metrics   " + out.resolve("metrics.jsonl"));
        print.println("curves    " + out.resolve("curves.png"));
        print.println(
                "try it    rlrr-examples/scripts/rlrr predict --adapter "
                        + out.resolve("rlrr").resolve("adapter")
                        + " "
                        + example);
        print.flush();
    }
}
