package io.github.rlrr.examples.machine;

import io.github.rlrr.vit.BackboneConfig;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * How much memory a run will take beside what the process has already: what backward keeps of a
 * step's images, the effective weights, gradients and moments.
 *
 * <p>What a network keeps is its own {@link BackboneConfig#footprint}. Measured peaks of RLRR as
 * published lie within a fifth of the forecast (docs/performance.md). Methods that keep less, such
 * as {@code bias} and {@code lora}, and bfloat16 are forecast as if they did not.
 *
 * @param bytes the forecast
 * @param cheaper options that would take less
 */
public record MemoryForecast(long bytes, List<String> cheaper) {

    /** What turns the check off. */
    public static final String OVERRIDE = "--ignore-memory";

    /** libtorch's temporary arrays, and what lies free between arrays. */
    private static final double SLACK = 1.12;

    /** A block that is computed again has its arrays, their gradients and copies at once. */
    private static final double AGAIN = 3 / SLACK;

    /** Beyond the memory there is by this much, a run is refused. */
    private static final double REFUSED = 1.2;

    /** From this share of the memory there is, a run is warned of. */
    private static final double WARNED = 0.9;

    private static final int FLOAT_BYTES = 4;

    /** A batch in Java while others are made, and its copy for libtorch. */
    private static final int BATCHES_AT_ONCE = 5;

    /** Gradient, two moments and the optimizer's temporary array. */
    private static final int BYTES_A_TRAINED_NUMBER = 4 * FLOAT_BYTES;

    private static final int EVALUATION_BATCH = 64;

    /**
     * A step as far as memory goes.
     *
     * @param batch images at once
     * @param trainable numbers that are trained
     * @param probe whether only the head is trained
     * @param recompute whether blocks are computed again in backward
     */
    public record Step(int batch, long trainable, boolean probe, boolean recompute) {}

    /** The forecast of a run. */
    public static MemoryForecast of(BackboneConfig model, Step step) {
        BackboneConfig.Footprint footprint = model.footprint();
        double block = footprint.kept() * FLOAT_BYTES;
        double kept = footprint.segments() * block;
        double weights = footprint.weights() * FLOAT_BYTES;
        double effective = footprint.segments() * weights;
        if (step.probe) {
            kept = 2 * block; // its arrays and the next one's
            effective = 0;
        } else if (step.recompute) {
            kept = AGAIN * block + footprint.segments() * footprint.between() * FLOAT_BYTES;
            effective = weights;
        }
        double pixels = 3.0 * model.imageHeight() * model.imageWidth() * FLOAT_BYTES;
        double images = step.batch * (kept * SLACK + pixels * BATCHES_AT_ONCE);
        // Without gradients a block frees what it has used.
        double evaluation = EVALUATION_BATCH * (block / 2 + pixels * BATCHES_AT_ONCE);
        double sum =
                Math.max(images, evaluation)
                        + effective
                        + (double) step.trainable * BYTES_A_TRAINED_NUMBER;
        return new MemoryForecast((long) sum, cheaper(step));
    }

    private static List<String> cheaper(Step step) {
        List<String> choices = new ArrayList<>();
        if (step.batch > 1) {
            int smaller = Math.max(1, Integer.highestOneBit(step.batch - 1) / 2);
            choices.add("--batch-size " + smaller);
        }
        if (!step.probe && !step.recompute) {
            choices.add("--recompute");
        }
        if (!step.probe) {
            choices.add("--method linear-probe");
        }
        choices.add("a smaller --image-size or checkpoint");
        return choices;
    }

    /**
     * The same, naming only options that a command has.
     *
     * @param has whether it has an option
     */
    public MemoryForecast naming(Predicate<String> has) {
        return new MemoryForecast(
                bytes,
                cheaper.stream()
                        .filter(text -> !text.startsWith("--") || has.test(text.split(" ", 2)[0]))
                        .toList());
    }

    /**
     * Compares with the memory there is.
     *
     * @param free what there is now
     * @param out told when it may not be enough
     * @throws IllegalStateException when it is not enough by far
     */
    public void check(FreeMemory free, PrintWriter out) {
        double share = (double) bytes / Math.max(1.0, (double) free.bytes());
        if (share <= WARNED) {
            return;
        }
        String said =
                "the run will take about "
                        + FreeMemory.gib(bytes)
                        + " of memory more than the process has now ("
                        + FreeMemory.gib(ResidentMemory.peak().orElse(0))
                        + "), and there are "
                        + free;
        String instead = String.join(", ", cheaper);
        if (share > REFUSED) {
            throw new IllegalStateException(
                    said
                            + "; cheaper: "
                            + instead
                            + "; or "
                            + OVERRIDE
                            + " to try it all the same");
        }
        out.println("warning: " + said + "; cheaper: " + instead);
        out.flush();
    }
}
