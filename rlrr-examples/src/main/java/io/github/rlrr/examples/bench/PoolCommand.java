package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.AdapterPool;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.examples.machine.ResidentMemory;
import io.github.rlrr.examples.option.JsonOption;
import io.github.rlrr.examples.output.Folders;
import io.github.rlrr.examples.output.TextTable;
import io.github.rlrr.io.TemporaryFiles;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.Backbone;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code rlrr bench pool}: requests of one image to many adapters of one base, or to as many merged
 * copies, one after the other; which adapter is asked follows Zipf's law, the k-th as often as 1/k.
 */
@Command(
        name = "pool",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Requests to many adapters of one base: memory, latency, and what it costs to"
                        + " switch.")
final class PoolCommand implements Callable<Integer> {

    private static final int CLASSES = 100;
    private static final double MIB = 1 << 20;

    /** How a request was answered. */
    private enum Kind {
        HIT("kept weights"),
        BUILD("computed and kept"),
        READ_THROUGH("read through the adapter"),
        COPY("a merged copy");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** As JSON, a line. */
    private record Figures(
            String side,
            String what,
            String model,
            int adapters,
            boolean merged,
            long budgetBytes,
            double loadMillis,
            long residentBytes,
            AdapterPool.@Nullable Figures pool,
            int requests,
            double p50Millis,
            double p99Millis,
            Map<Kind, Double> medianMillis,
            Map<String, String> versions,
            Machine machine) {}

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "vit-b16",
            description = "The geometry. Default: ${DEFAULT-VALUE}.")
    private String model = "";

    @Option(
            names = "--adapters",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many. Default: ${DEFAULT-VALUE}.")
    private int adapters;

    @Option(
            names = "--budget",
            paramLabel = "MIB",
            defaultValue = "2048",
            description = "What effective weights may take, in MiB. Default: ${DEFAULT-VALUE}.")
    private long budget;

    @Option(names = "--merged", description = "As many merged models in place of a pool.")
    private boolean merged;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "200",
            description = "Default: ${DEFAULT-VALUE}.")
    private int requests;

    @Mixin private final JsonOption json = new JsonOption();

    private final Map<Kind, List<Double>> millis = new EnumMap<>(Kind.class);
    private double loadMillis;

    @Override
    public Integer call() throws IOException {
        if (adapters < 1 || requests < 1 || budget < 0) {
            throw new IllegalArgumentException(
                    "--adapters, --requests and --budget are "
                            + List.of(adapters, requests, budget)
                            + ", expected at least 1, 1 and 0");
        }
        json.check();
        BenchModel chosen = BenchModel.named(model);
        Path folder = TemporaryFiles.folder();
        try (NDManager manager = TorchRuntime.newManager(Device.cpu());
                Backbone vit = chosen.random(CLASSES, false, manager)) {
            for (int i = 0; i < adapters; i++) {
                RlrrConfig config = RlrrConfig.builder().seed(i).build();
                try (AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
                    adapted.save(folder.resolve("a" + i), new AdapterMetadata());
                }
            }
            NDArray image = manager.randomNormal(0, 1, chosen.images(1), DataType.FLOAT32);
            if (merged) {
                askCopies(vit, folder, image);
            } else {
                askPool(vit, folder, image);
            }
        } finally {
            Folders.delete(folder);
        }
        return 0;
    }

    private void askPool(Backbone vit, Path folder, NDArray image) throws IOException {
        try (AdapterPool pool = Rlrr.pool(vit, budget << 20)) {
            long start = System.nanoTime();
            for (int i = 0; i < adapters; i++) {
                pool.load("a" + i, folder.resolve("a" + i));
            }
            loadMillis = since(start) / adapters;
            ask(
                    image,
                    (which, own) -> {
                        AdapterPool.Figures before = pool.figures();
                        pool.forward("a" + which, own).head().toFloatArray();
                        return kind(before, pool.figures());
                    });
            report(pool.figures());
        }
    }

    private static Kind kind(AdapterPool.Figures before, AdapterPool.Figures after) {
        if (after.hits() > before.hits()) {
            return Kind.HIT;
        }
        return after.builds() > before.builds() ? Kind.BUILD : Kind.READ_THROUGH;
    }

    private void askCopies(Backbone vit, Path folder, NDArray image) throws IOException {
        List<Backbone> copies = new ArrayList<>();
        try {
            long start = System.nanoTime();
            for (int i = 0; i < adapters; i++) {
                try (AdaptedBlock adapted = Rlrr.load(vit, folder.resolve("a" + i))) {
                    copies.add(vit.merged(adapted));
                }
            }
            loadMillis = since(start) / adapters;
            ask(
                    image,
                    (which, own) -> {
                        NDManager scope = own.head().getManager();
                        copies.get(which)
                                .forward(new ParameterStore(scope, false), own, false)
                                .head()
                                .toFloatArray();
                        return Kind.COPY;
                    });
            report(null);
        } finally {
            copies.forEach(Backbone::close);
        }
    }

    private void ask(NDArray image, BiFunction<Integer, NDList, Kind> request) {
        PrintWriter err = spec.commandLine().getErr();
        err.printf("pool: %s requests to %s adapters%n", requests, adapters);
        err.flush();
        double[] share = new double[adapters];
        double sum = 0;
        for (int i = 0; i < adapters; i++) {
            sum += 1.0 / (i + 1);
            share[i] = sum;
        }
        SplittableRandom random = new SplittableRandom(0);
        for (int i = 0; i < requests; i++) {
            int found = Arrays.binarySearch(share, random.nextDouble() * sum);
            int which = Math.min(adapters - 1, found < 0 ? -found - 1 : found);
            long start = System.nanoTime();
            Kind kind;
            try (NDManager scope = image.getManager().newSubManager()) {
                NDArray own = image.duplicate();
                own.attach(scope);
                kind = request.apply(which, new NDList(own));
            }
            millis.computeIfAbsent(kind, k -> new ArrayList<>()).add(since(start));
        }
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static double quantile(List<Double> values, double share) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    }

    private void report(AdapterPool.@Nullable Figures pool) throws IOException {
        List<Double> all = millis.values().stream().flatMap(List::stream).toList();
        Map<Kind, Double> medians = new EnumMap<>(Kind.class);
        millis.forEach((kind, values) -> medians.put(kind, quantile(values, 0.5)));
        Figures figures =
                new Figures(
                        "rlrr",
                        "pool",
                        model,
                        adapters,
                        merged,
                        budget << 20,
                        loadMillis,
                        ResidentMemory.now().orElse(0),
                        pool,
                        requests,
                        quantile(all, 0.5),
                        quantile(all, 0.99),
                        medians,
                        Machine.versions(),
                        Machine.here());
        json.write(spec.commandLine(), List.of(Measurement.JSON.toJson(figures)), table(figures));
    }

    private String table(Figures figures) {
        List<List<String>> grid = new ArrayList<>();
        grid.add(List.of("", ""));
        grid.add(List.of("resident, MiB", number(figures.residentBytes() / MIB)));
        grid.add(List.of("loading an adapter, ms", number(figures.loadMillis())));
        grid.add(List.of("request, p50, ms", number(figures.p50Millis())));
        grid.add(List.of("request, p99, ms", number(figures.p99Millis())));
        millis.forEach(
                (kind, values) ->
                        grid.add(
                                List.of(
                                        kind.words + ", median, ms (" + values.size() + ")",
                                        number(quantile(values, 0.5)))));
        AdapterPool.Figures pool = figures.pool();
        if (pool != null) {
            grid.add(List.of("kept, MiB", number(pool.readyBytes() / MIB)));
            grid.add(List.of("evictions", Long.toString(pool.evictions())));
        }
        return TextTable.of(grid)
                + String.format(
                        Locale.ROOT,
                        "%s, %d adapters, %s, %d requests by Zipf's law%n%s%n",
                        model,
                        adapters,
                        merged ? "merged copies" : "a pool with " + budget + " MiB",
                        requests,
                        Machine.here().line());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }
}
