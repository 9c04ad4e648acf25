package io.github.rlrr.examples.bench;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.rlrr.torch.TorchRuntime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What one process measured. As JSON, one line with the components' names in snake case; {@code
 * docs/benchmark} has another side that prints the same.
 *
 * @param side who computed: {@code rlrr}
 * @param what {@code train}, {@code infer} or {@code optimizer}
 * @param model the geometry's name
 * @param batch examples a step
 * @param classes outputs of the head
 * @param precision of matrix products
 * @param halfWeights whether the blocks' frozen weight matrices were float16
 * @param recompute whether activations are computed a second time in place of keeping them
 * @param merged whether the adapter was absorbed into the model before
 * @param reading which model answered, in inference
 * @param device where
 * @param threads within one operation
 * @param warmup steps that do not count
 * @param steps steps that count
 * @param stepSeconds of each step that counts
 * @param cpuSeconds of each, processor time of all threads
 * @param parts what a step consists of where that was timed, seconds of each step
 * @param peakMemoryBytes the process' peak resident memory; null where the platform does not tell
 * @param flopsPerStep see {@link StepProducts}; 0 for the optimizer
 * @param floorSeconds the products alone; null where there are none
 * @param versions of the programs
 * @param machine what it ran on
 */
record Measurement(
        String side,
        String what,
        String model,
        int batch,
        int classes,
        String precision,
        boolean halfWeights,
        boolean recompute,
        boolean merged,
        @Nullable String reading,
        String device,
        int threads,
        int warmup,
        int steps,
        List<Double> stepSeconds,
        List<Double> cpuSeconds,
        Map<String, List<Double>> parts,
        @Nullable Long peakMemoryBytes,
        long flopsPerStep,
        @Nullable Double floorSeconds,
        Map<String, String> versions,
        Machine machine) {

    /** Keys in snake_case, and null where there is no figure. */
    static final Gson JSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .serializeNulls()
                    .create();

    /** What was measured of a case in this process. */
    static Measurement of(
            BenchCase measured,
            StepClock clock,
            Map<String, List<Double>> parts,
            OptionalLong peak,
            long flops,
            @Nullable Double floor) {
        BenchCase.How how = measured.how();
        boolean infer = measured.what() == BenchCase.What.INFER;
        return new Measurement(
                "rlrr",
                measured.what().name().toLowerCase(Locale.ROOT),
                measured.model(),
                measured.batch(),
                measured.classes(),
                how.precision().toString(),
                how.halfWeights(),
                how.recompute(),
                infer && how.reading() == Reading.MERGED,
                infer ? how.reading().toString() : null,
                measured.device(),
                TorchRuntime.threads(),
                measured.warmup(),
                measured.steps(),
                clock.steps(),
                clock.processor(),
                parts,
                peak.isPresent() ? peak.getAsLong() : null,
                flops,
                floor,
                Machine.versions(),
                Machine.here());
    }

    String json() {
        return JSON.toJson(this);
    }

    static Measurement parse(String json) {
        return JSON.fromJson(json, Measurement.class);
    }
}
