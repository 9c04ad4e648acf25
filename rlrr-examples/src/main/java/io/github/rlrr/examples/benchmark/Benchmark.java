package io.github.rlrr.examples.benchmark;

import ai.djl.Device;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.machine.Versions;
import io.github.rlrr.examples.recipe.BenchmarkTask;
import io.github.rlrr.examples.recipe.Experiment;
import io.github.rlrr.examples.recipe.HyperParameters;
import io.github.rlrr.examples.recipe.ResultStore;
import io.github.rlrr.examples.recipe.Setting;
import io.github.rlrr.examples.recipe.TrialResult;
import io.github.rlrr.examples.recipe.TrialResult.Figure;
import io.github.rlrr.examples.recipe.Variant;
import io.github.rlrr.io.ProcessLock;
import io.github.rlrr.io.WriteFault;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.vit.Backbone;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Runs tasks and seeds, one after another, passing over what is done or being done. */
final class Benchmark {

    /** Where a failed trial leaves its stack trace. */
    private static final String TRACE = "failure.txt";

    /**
     * What to run.
     *
     * @param tasks the tasks
     * @param images lists the images of a task
     * @param experiment what names the results
     * @param variant by which protocol
     * @param seeds the seeds of each task
     * @param overrides hyper-parameters set otherwise than the recipe has them
     * @param method what is trained, by seed
     * @param device where it computes
     */
    record Plan(
            List<BenchmarkTask> tasks,
            Lister images,
            Experiment experiment,
            Variant variant,
            List<Long> seeds,
            Map<Setting, Double> overrides,
            LongFunction<AdapterConfig> method,
            Device device) {}

    /** Lists the images of a task. */
    interface Lister {

        /** The images, or why there are none. */
        BenchmarkImages images(BenchmarkTask task) throws IOException;
    }

    /** Tells what results there are, after each new one. */
    interface Reporter {

        /** Writes it down. */
        void report() throws IOException;
    }

    private final Plan plan;
    private final Backbone base;
    private final ResultStore store;
    private final Reporter reporter;
    private final BooleanSupplier stop;
    private final PrintWriter out;
    private boolean failed;

    Benchmark(
            Plan plan,
            Backbone base,
            Path outFolder,
            Reporter reporter,
            BooleanSupplier stop,
            PrintWriter out) {
        this.plan = plan;
        this.base = base;
        this.reporter = reporter;
        this.store = new ResultStore(outFolder);
        this.stop = stop;
        this.out = out;
    }

    /**
     * Runs all there is to run.
     *
     * @return whether all went well; false when a task failed or it was asked to stop
     */
    boolean run() throws IOException {
        for (BenchmarkTask task : plan.tasks()) {
            // One task's images at a time: the test sets are large.
            Images images = new Images(task);
            for (long seed : plan.seeds()) {
                if (stop.getAsBoolean()) {
                    return false;
                }
                run(task, seed, images);
            }
        }
        return !failed && !stop.getAsBoolean();
    }

    private void run(BenchmarkTask task, long seed, Images images) throws IOException {
        ResultStore.Slot slot = store.slot(plan.experiment(), task.name(), plan.variant(), seed);
        String name = task.name() + " seed " + seed + " " + plan.variant().protocol();
        if (slot.isDone()) {
            say(name + "   done before");
            return;
        }
        try (ProcessLock lock = slot.tryLock()) {
            if (lock == null) {
                say(name + "   another process is at it");
            } else if (slot.isDone()) {
                say(name + "   done by another process");
            } else {
                TrialResult result = result(task, seed, images, slot.folder(), name);
                if (result != null) {
                    slot.write(result);
                    if (result.failure() == null) {
                        Trial.forget(slot.folder());
                        Files.deleteIfExists(slot.folder().resolve(TRACE));
                    }
                    reporter.report();
                    say(name + "   " + said(result));
                }
            }
        }
    }

    /** The images of a task, listed when they are first needed. */
    private final class Images {

        private final BenchmarkTask task;
        private @Nullable BenchmarkImages listed;

        Images(BenchmarkTask task) {
            this.task = task;
        }

        BenchmarkImages get() throws IOException {
            BenchmarkImages known = listed;
            if (known == null) {
                known = plan.images().images(task);
                listed = known;
                if (!known.difference().isEmpty()) {
                    say(known.difference());
                }
            }
            return known;
        }
    }

    /** The result, the failure, or null when it was asked to stop. */
    private @Nullable TrialResult result(
            BenchmarkTask task, long seed, Images images, Path folder, String name)
            throws IOException {
        CostMeter meter = new CostMeter();
        HyperParameters settings = task.settings().with(plan.overrides());
        TaskRun.Result result = null;
        String failure = null;
        try {
            result = trained(task, seed, settings, images.get(), folder, name);
            if (result == null) {
                return null;
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // Whatever it was, the other tasks shall have their turn; the table says what failed.
            failed = true;
            failure = Fault.oneLine(e, TRACE);
            writeTrace(e, folder.resolve(TRACE));
        }
        return new TrialResult(
                task.name(),
                plan.variant().protocol(),
                plan.variant().search().toString(),
                seed,
                failure,
                result == null ? Map.of() : result.accuracy(),
                result == null ? 0 : result.bestEpoch(),
                result == null ? settings : result.settings(),
                meter.cost(),
                environment(result));
    }

    private static void writeTrace(Throwable fault, Path file) throws IOException {
        StringWriter trace = new StringWriter();
        fault.printStackTrace(new PrintWriter(trace));
        String text = trace.toString();
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw WriteFault.of(file, text.length(), e);
        }
    }

    private TaskRun.@Nullable Result trained(
            BenchmarkTask task,
            long seed,
            HyperParameters settings,
            BenchmarkImages images,
            Path folder,
            String name)
            throws IOException {
        AdapterMetadata metadata =
                new AdapterMetadata(
                        plan.experiment().checkpoint(),
                        images.classNames(),
                        images.preprocessing().toMap());
        TaskRun run =
                new TaskRun(
                        images, chosen -> trial(task, chosen, seed), metadata, folder, name, out);
        return plan.variant().protocol() == Variant.Protocol.PUBLISHED
                ? run.published(settings)
                : run.validated(settings, search(task, folder));
    }

    /** One search for all seeds of a task: with the first of them. */
    private TaskRun.Search search(BenchmarkTask task, Path folder) {
        long first = plan.seeds().get(0);
        return new TaskRun.Search(
                plan.variant().search(),
                tried -> trial(task, tried, first),
                folder.resolveSibling(plan.variant().searchFolder()));
    }

    private Trial trial(BenchmarkTask task, HyperParameters settings, long seed) {
        return new Trial(
                base,
                plan.method().apply(seed),
                task.regime(),
                settings,
                task.dropLast(),
                seed,
                plan.device(),
                stop);
    }

    private Map<String, String> environment(TaskRun.@Nullable Result result) {
        Map<String, String> values = new TreeMap<>();
        values.put("library", Versions.library());
        values.put("java", System.getProperty("java.version"));
        values.put("device", plan.device().toString());
        if (result != null) {
            values.put(TrialResult.TRAINABLE, Long.toString(result.trainable()));
        }
        return values;
    }

    private static String said(TrialResult result) {
        if (result.failure() != null) {
            return "failed: " + result.failure();
        }
        StringBuilder text = new StringBuilder();
        for (Map.Entry<Figure, Double> entry : result.accuracy().entrySet()) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%s %.2f %%   ",
                            entry.getKey().title(),
                            100 * entry.getValue()));
        }
        return text.append(String.format(Locale.ROOT, "%.1f s", result.cost().seconds()))
                .toString();
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }
}
