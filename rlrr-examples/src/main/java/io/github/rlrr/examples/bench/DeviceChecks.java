package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.examples.machine.Gpus;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.TrainingHook;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Whether a device computes what the CPU does, and what it says where it cannot: the checks of
 * {@code rlrr bench gpu} and of GpuTest.
 */
final class DeviceChecks {

    /** Sums are taken in another order. */
    private static final double EXACT = 1e-4;

    /** bfloat16 has 8 bits of mantissa, and a dozen blocks add up what was rounded. */
    private static final double ROUNDED = 0.05;

    /** A gradient has come through every block twice. */
    private static final double ROUNDED_GRADIENT = 0.1;

    /** More than any address space holds: refused at once, and nothing is touched. */
    private static final Shape TOO_LARGE = new Shape(1L << 50);

    private static final BenchCase.How USUAL = BenchCase.How.USUAL;
    private static final BenchCase.How HALF =
            new BenchCase.How(ProductType.FLOAT32, true, false, Reading.ADAPTED);
    private static final BenchCase.How AGAIN =
            new BenchCase.How(ProductType.FLOAT32, false, true, Reading.ADAPTED);
    private static final BenchCase.How BFLOAT16 =
            new BenchCase.How(ProductType.BFLOAT16, false, false, Reading.ADAPTED);

    private final BenchModel model;
    private final Device device;
    private final Device reference;
    private final Map<List<Object>, TrialRun> runs = new HashMap<>();

    /**
     * Prepares the checks.
     *
     * @param model a geometry that the reference computes in a few seconds too
     * @param device what is looked at
     * @param reference what it is compared with
     */
    DeviceChecks(BenchModel model, Device device, Device reference) {
        this.model = model;
        this.device = device;
        this.reference = reference;
    }

    /** The checks in order, by name; each may be made alone. */
    Map<String, Supplier<Verdict>> all() {
        Map<String, Supplier<Verdict>> all = new LinkedHashMap<>();
        compared(all, "logits, float32", TrialRun::logits, USUAL, USUAL, EXACT);
        compared(all, "gradients, float32", TrialRun::gradients, USUAL, USUAL, EXACT);
        compared(all, "losses of 6 steps, float32", TrialRun::losses, USUAL, USUAL, EXACT);
        compared(all, "logits, bfloat16", TrialRun::logits, BFLOAT16, USUAL, ROUNDED);
        compared(
                all, "gradients, bfloat16", TrialRun::gradients, BFLOAT16, USUAL, ROUNDED_GRADIENT);
        compared(all, "losses of 6 steps, bfloat16", TrialRun::losses, BFLOAT16, USUAL, ROUNDED);
        compared(all, "losses, half weights", TrialRun::losses, HALF, HALF, EXACT);
        compared(all, "losses, recomputed", TrialRun::losses, AGAIN, USUAL, EXACT);
        compared(all, "gradients, recomputed", TrialRun::gradients, AGAIN, USUAL, EXACT);
        put(all, "losses after a stop in the middle", this::resumed);
        put(all, "every array on the device", this::placed);
        put(all, "the message where memory ends", this::outOfMemory);
        put(all, "training after memory ended", this::recovered);
        put(all, "what doctor says", this::doctor);
        return all;
    }

    private static void put(
            Map<String, Supplier<Verdict>> all,
            String check,
            java.util.function.Function<String, Verdict> made) {
        all.put(
                check,
                () -> {
                    try {
                        return made.apply(check);
                    } catch (RuntimeException | LinkageError e) {
                        return Verdict.fault(check, e);
                    }
                });
    }

    /** Compares the device's way with the reference's. */
    private void compared(
            Map<String, Supplier<Verdict>> all,
            String check,
            ToDoubleBiFunction<TrialRun, TrialRun> difference,
            BenchCase.How how,
            BenchCase.How expected,
            double tolerance) {
        put(
                all,
                check,
                name ->
                        Verdict.difference(
                                name,
                                difference.applyAsDouble(
                                        run(device, how), run(reference, expected)),
                                tolerance,
                                "off from the CPU's"));
    }

    private TrialRun run(Device where, BenchCase.How how) {
        List<Object> key = List.of(where, how);
        TrialRun known = runs.get(key);
        if (known == null) {
            known = TrialRun.on(where, TrialRun.Way.of(model, how));
            runs.put(key, known);
        }
        return known;
    }

    private Verdict resumed(String check) {
        Path folder = temporary();
        Path state = folder.resolve("state");
        try {
            int half = TrialRun.STEPS / 2;
            TrialRun.on(device, new TrialRun.Way(model, USUAL, state, half));
            TrialRun rest =
                    TrialRun.on(device, new TrialRun.Way(model, USUAL, state, TrialRun.STEPS));
            if (rest.losses().size() != TrialRun.STEPS - half) {
                return Verdict.that(
                        check, false, "took the steps " + rest.losses().keySet() + " again");
            }
            double off = TrialRun.losses(rest, run(device, USUAL));
            return Verdict.difference(check, off, EXACT, "off from the run that was not stopped");
        } finally {
            delete(state, folder);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("rlrr-bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path state, Path folder) {
        try {
            FineTuner.forget(state);
            Files.deleteIfExists(state);
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Verdict placed(String check) {
        Set<Device> found = run(device, USUAL).devices();
        return Verdict.that(
                check,
                found.equals(Set.of(device)),
                "inputs, outputs and gradients on " + found + ", expected " + device);
    }

    /** Asks for more than there is, in the middle of a step. */
    private static final class Glutton implements TrainingHook {
        @Override
        public String name() {
            return "glutton";
        }

        @Override
        public @Nullable NDArray term(Place place, NDArray inputs, NDArray outputs) {
            return inputs.getManager().zeros(TOO_LARGE).sum();
        }
    }

    private Verdict outOfMemory(String check) {
        try {
            TrialRun.on(
                    device, TrialRun.Way.of(model, USUAL), builder -> builder.hook(new Glutton()));
            return Verdict.that(check, false, "nothing was thrown");
        } catch (IllegalStateException e) {
            String said = String.valueOf(e.getMessage());
            return Verdict.that(check, said.contains("smaller batch size"), said);
        }
    }

    private Verdict recovered(String check) {
        double off =
                TrialRun.losses(
                        TrialRun.on(device, TrialRun.Way.of(model, USUAL)), run(device, USUAL));
        return Verdict.difference(check, off, EXACT, "off from before");
    }

    private Verdict doctor(String check) {
        String said = Gpus.of(TorchRuntime.require());
        return Verdict.that(check, !device.isGpu() || !said.startsWith("none"), said);
    }
}
