package io.github.rlrr.examples.benchmark;

import io.github.rlrr.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/** How far a run of ours is from the published one. */
final class PublishedDrift {

    private PublishedDrift() {}

    /** The largest difference in a tensor after the last step. */
    static double ofTensor(String name, float[] ours) throws IOException {
        float[] published = PublishedNumbers.floats("published.npz", name);
        double largest = ours.length == published.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(ours.length, published.length); i++) {
            double difference = Math.abs((double) ours[i] - published[i]);
            // NaN must not pass for small.
            largest = difference <= largest ? largest : difference;
        }
        return largest;
    }

    /** How many test images get another label. */
    static int labels(PublishedTrajectory ours) throws IOException {
        float[] published = PublishedNumbers.floats("published.npz", "predictions");
        int different = 0;
        for (int i = 0; i < published.length; i++) {
            different += ours.predictions().get(i) == (int) published[i] ? 0 : 1;
        }
        return different;
    }

    /** Largest relative differences of losses by epoch, of tensors and labels after the last. */
    static String table(PublishedTrajectory ours) throws IOException {
        List<PublishedNumbers.Step> steps = PublishedNumbers.steps();
        StringBuilder text = new StringBuilder();
        text.append("threads: ").append(TorchRuntime.threads()).append('\n');
        text.append("largest relative difference of losses from the published run\n");
        text.append("steps      rlrr     its rerun, 2 threads   its rerun, float64\n");
        for (int from = 0; from < steps.size(); from += 25) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%3d-%3d    %.1e  %.1e                %.1e%n",
                            from + 1,
                            from + 25,
                            largest(steps, from, i -> ours.losses().get(i)),
                            largest(steps, from, i -> steps.get(i).twoThreads()),
                            largest(steps, from, i -> steps.get(i).float64())));
        }
        double tensors = 0;
        double keyShifts = 0;
        for (var tensor : ours.trained().entrySet()) {
            double drift = ofTensor(tensor.getKey(), tensor.getValue());
            if (tensor.getKey().endsWith("attn/key/shift_bias")) {
                keyShifts = Math.max(keyShifts, drift);
            } else {
                tensors = Math.max(tensors, drift);
            }
        }
        return text.append(
                        String.format(
                                Locale.ROOT,
                                "tensors after step 200: %.1e, key shifts %.1e%n"
                                        + "test accuracy %.2f %%, other labels than published: %d%n",
                                tensors,
                                keyShifts,
                                100.0 * ours.correct() / ours.predictions().size(),
                                labels(ours)))
                .toString();
    }

    private static double largest(
            List<PublishedNumbers.Step> steps, int from, IntToDoubleFunction other) {
        double largest = 0;
        for (int i = from; i < from + 25; i++) {
            double published = steps.get(i).loss();
            largest = Math.max(largest, Math.abs(other.applyAsDouble(i) - published) / published);
        }
        return largest;
    }

    /** Runs and prints; an argument sets the number of threads. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 0) {
            TorchRuntime.setThreads(Integer.parseInt(arguments[0]));
        }
        var images = PublishedTrajectory.images(Files.createTempDirectory("rlrr-trajectory"));
        System.out.print(table(PublishedTrajectory.run(images)));
    }
}
