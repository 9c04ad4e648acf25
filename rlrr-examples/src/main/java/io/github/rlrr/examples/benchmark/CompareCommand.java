package io.github.rlrr.examples.benchmark;

import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.console.StopSignal;
import io.github.rlrr.examples.machine.MemoryForecast;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.Checkpoints;
import io.github.rlrr.examples.option.DataOptions;
import io.github.rlrr.examples.option.LimitsOption;
import io.github.rlrr.examples.option.MemoryOption;
import io.github.rlrr.examples.option.OutsideOption;
import io.github.rlrr.examples.output.Outputs;
import io.github.rlrr.examples.recipe.BenchmarkTask;
import io.github.rlrr.examples.recipe.Comparison;
import io.github.rlrr.examples.recipe.Experiment;
import io.github.rlrr.examples.recipe.HyperParameters;
import io.github.rlrr.examples.recipe.Regime;
import io.github.rlrr.examples.recipe.ResultStore;
import io.github.rlrr.examples.recipe.SearchSpace;
import io.github.rlrr.examples.recipe.Setting;
import io.github.rlrr.examples.recipe.Variant;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.WholeFolder;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.AdapterMethod;
import io.github.rlrr.method.AdapterMethods;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.data.ImageSplits;
import io.github.rlrr.vit.data.OutputMark;
import io.github.rlrr.vit.data.Question;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr compare}: methods side by side on the same images under the same budget. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Train several methods on the same images, with the same number of steps and the same"
                    + " number of learning rates to choose from.",
            "For each method and data set the rate is chosen on the validation images with seed 0;"
                    + " then, for each seed, it trains on training and validation images together"
                    + " and is tested once. What is done in --out is not done again; several"
                    + " processes may share it."
        })
public final class CompareCommand implements Callable<Integer> {

    private static final double WEIGHT_DECAY = 1e-4;

    @Option(
            names = "--data",
            paramLabel = "DIR[,DIR...]",
            required = true,
            hideParamSyntax = true,
            split = ",",
            description =
                    "Folders of images with their classes, in any layout that rlrr finetune reads,"
                            + " test images among them.")
    private List<Path> data = List.of();

    @Option(
            names = "--methods",
            paramLabel = "M[,M...]",
            hideParamSyntax = true,
            split = AdapterMethod.LIST_SEPARATOR,
            defaultValue = "linear-probe,bias,norm,ssf,arc,lora,rlrr,full",
            description =
                    "What to compare; rlrr methods lists them. Settings follow a colon each, as in"
                            + " lora:rank=4:alpha=8. Default: ${DEFAULT-VALUE}.")
    private List<String> methods = List.of();

    @Option(
            names = "--rates",
            paramLabel = "X[,X...]",
            hideParamSyntax = true,
            split = ",",
            defaultValue = "0.0003,0.001,0.003,0.01,0.03,0.1",
            description = "Learning rates to choose from. Default: ${DEFAULT-VALUE}.")
    private List<Double> rates = List.of();

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Train with seeds 0 to N-1. Default: ${DEFAULT-VALUE}.")
    private int seeds = 5;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "20",
            description = "Passes over the training images. Default: ${DEFAULT-VALUE}.")
    private int epochs = 20;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "Images a step. Default: ${DEFAULT-VALUE}.")
    private int batchSize = 32;

    @Option(names = "--flip", description = "Mirror training images at random.")
    private boolean flip;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where results go. Default: out/compare.")
    private Path out = Path.of("out", "compare");

    @Mixin private final OutsideOption outside = new OutsideOption();

    @Mixin private final MemoryOption memory = new MemoryOption();

    @Mixin private final BaseOptions base = new BaseOptions();

    @Mixin private final LimitsOption limits = new LimitsOption();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** A method with its settings, as the user wrote it. */
    private record Method(String label, AdapterMethod method, Map<String, String> settings) {

        static Method parse(String text) {
            String[] parts = text.strip().split(":(?=[a-z_-]+=)", -1);
            Map<String, String> settings = new TreeMap<>();
            for (int i = 1; i < parts.length; i++) {
                String[] pair = parts[i].split("=", 2);
                settings.put(pair[0].replace('-', '_'), pair[1]);
            }
            return new Method(text.strip(), AdapterMethods.named(parts[0]), settings);
        }

        AdapterConfig config(long seed) {
            return method.configure(settings, seed);
        }
    }

    @Override
    public Integer call() throws IOException {
        // All options are checked before the model is read.
        Outputs.checkFolder("--out", out);
        Map<String, Method> chosen = new LinkedHashMap<>();
        for (String text : methods) {
            Method method = Method.parse(text);
            method.config(0);
            if (chosen.put(method.label(), method) != null) {
                throw new IllegalArgumentException("--methods names " + text + " twice");
            }
        }
        Variant variant =
                new Variant(
                        Variant.Protocol.VALIDATED,
                        new SearchSpace(Map.of(Setting.LEARNING_RATE, rates)));
        Map<Setting, Double> budget =
                Map.of(Setting.EPOCHS, (double) epochs, Setting.BATCH_SIZE, (double) batchSize);
        Setting.check(budget);
        limits.limits();
        if (seeds < 1) {
            throw new IllegalArgumentException("--seeds is " + seeds + ", expected at least 1");
        }
        Map<String, ImageSplits> sets = sets();
        Checkpoints.Local checkpoint = base.find();
        try (Backbone vit = base.load(checkpoint);
                StopSignal stop = new StopSignal()) {
            OutputMark.write(out);
            return compare(vit, checkpoint, chosen, sets, variant, budget, stop);
        }
    }

    /** The data sets by the names of their folders. */
    private Map<String, ImageSplits> sets() throws IOException {
        Map<String, ImageSplits> sets = new LinkedHashMap<>();
        for (Path folder : data) {
            String name = folder.toAbsolutePath().normalize().getFileName().toString();
            ImageSplits splits =
                    DataOptions.splits(folder, 0, outside.allowed(), out, Question.ANY);
            if (!splits.train().task().equals(Tasks.USUAL)) {
                throw new IOException(
                        folder
                                + ": compare takes one label an image, these are for the task "
                                + splits.train().task()
                                + "; rlrr finetune trains on them");
            }
            if (splits.test().size() == 0) {
                throw new IOException(
                        folder
                                + ": no images for the test, expected a folder test or a list of"
                                + " them");
            }
            if (sets.put(name, splits) != null) {
                throw new IllegalArgumentException(
                        "--data has two folders of the name "
                                + name
                                + ", by which results are"
                                + " kept; rename one");
            }
        }
        return sets;
    }

    private int compare(
            Backbone vit,
            Checkpoints.Local checkpoint,
            Map<String, Method> chosen,
            Map<String, ImageSplits> sets,
            Variant variant,
            Map<Setting, Double> budget,
            StopSignal stop)
            throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        Preprocessing preprocessing = base.preprocessing(checkpoint, vit.config());
        ExperimentSetup setup = new ExperimentSetup(checkpoint, base, preprocessing, budget);
        Map<String, Experiment> experiments = new LinkedHashMap<>();
        chosen.forEach(
                (label, method) ->
                        experiments.put(
                                label,
                                setup.of(flip ? "compare flipped" : "compare", method.config(0))));
        Benchmark.Reporter reporter = () -> write(experiments, sets.keySet(), variant);
        boolean good = true;
        for (Map.Entry<String, ImageSplits> set : sets.entrySet()) {
            BenchmarkTask task = task(set.getKey(), set.getValue());
            BenchmarkImages images =
                    new BenchmarkImages(
                            task, set.getValue(), preprocessing, augmentation(), limits.limits());
            int batch = Math.min(batchSize, set.getValue().train().size());
            memory.check(
                    vit.config(),
                    new MemoryForecast.Step(batch, 0, false, false),
                    base.device(),
                    print);
            for (Method method : chosen.values()) {
                if (stop.getAsBoolean()) {
                    break;
                }
                print.println(set.getKey() + ": " + method.label());
                print.flush();
                Benchmark.Plan plan =
                        new Benchmark.Plan(
                                List.of(task),
                                same -> images,
                                Objects.requireNonNull(experiments.get(method.label())),
                                variant,
                                LongStream.range(0, seeds).boxed().toList(),
                                budget,
                                method::config,
                                base.device());
                good &= new Benchmark(plan, vit, out, reporter, stop, print).run();
            }
        }
        Comparison comparison = write(experiments, sets.keySet(), variant);
        print.println();
        print.print(comparison.markdown());
        print.println();
        for (String name : List.of("compare.md", "compare.json", "compare.png")) {
            print.println("written   " + out.resolve(name));
        }
        print.flush();
        return good ? 0 : Fault.EXIT_CODE;
    }

    private Augmentation augmentation() {
        return new Augmentation(Augmentation.NONE.region(), flip);
    }

    /** What a data set is trained with; its rate is searched. */
    private BenchmarkTask task(String name, ImageSplits splits) {
        HyperParameters settings =
                new HyperParameters(epochs, rates.get(0), 0, WEIGHT_DECAY, batchSize);
        return new BenchmarkTask(
                name,
                "",
                splits.train().classNames().size(),
                splits.train().size(),
                splits.validation().size(),
                splits.test().size(),
                settings,
                Regime.VTAB,
                flip,
                false,
                Map.of());
    }

    private Comparison write(
            Map<String, Experiment> experiments, Collection<String> names, Variant variant)
            throws IOException {
        // Read under the lock: of two processes the later one has seen more.
        try (WholeFolder files = WholeFolder.replaceInTurn(out)) {
            Comparison comparison =
                    Comparison.of(new ResultStore(out), experiments, List.copyOf(names), variant);
            files.add("compare.md", AtomicFile.text(comparison.markdown()));
            files.add("compare.png", ComparisonChart.png(comparison));
            files.add("compare.json", AtomicFile.text(comparison.json()));
            files.finish();
            return comparison;
        }
    }
}
