package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneListener;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.ScheduleKind;
import io.github.rlrr.training.TrainingHook;
import io.github.rlrr.vit.Backbone;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A few training steps of RLRR as published, the same wherever they are computed: what two devices,
 * or two ways on one device, are compared by.
 *
 * @param logits of the first batch before training
 * @param gradients of the first step by tensor
 * @param losses of the steps that were taken here, by step from 1
 * @param devices where the arrays of the first step lay
 */
record TrialRun(
        float[] logits,
        Map<String, float[]> gradients,
        Map<Long, Float> losses,
        Set<Device> devices) {

    static final int STEPS = 6;
    static final int BATCH = 4;
    private static final int CLASSES = 10;
    private static final double LEARNING_RATE = 1e-3;

    /**
     * How the steps are taken.
     *
     * @param model the geometry
     * @param how the way of computing
     * @param state where the run's state is kept, or null
     * @param steps after how many it stops
     */
    record Way(BenchModel model, BenchCase.How how, @Nullable Path state, int steps) {

        static Way of(BenchModel model, BenchCase.How how) {
            return new Way(model, how, null, STEPS);
        }
    }

    /** Takes the steps. */
    static TrialRun on(Device device, Way way) {
        return on(device, way, builder -> {});
    }

    /** Takes the steps with something else in them. */
    static TrialRun on(Device device, Way way, Consumer<FineTuner.Builder> more) {
        BenchCase.How how = way.how();
        TorchRuntime.allowTf32(how.precision() == ProductType.TF32);
        try (NDManager manager = TorchRuntime.newManager(device);
                Backbone vit = way.model().random(CLASSES, how.halfWeights(), manager);
                AdaptedBlock adapted =
                        Rlrr.adapt(
                                vit.withPrecision(how.precision().precision()),
                                RlrrConfig.published())) {
            RandomImages images = new RandomImages(way.model().config(), CLASSES, STEPS * BATCH);
            float[] logits = logits(adapted, way.model(), images, manager);
            Watch watch = new Watch();
            FineTuner.Builder builder =
                    FineTuner.builder(adapted)
                            .dataset(images)
                            .steps(STEPS)
                            .batchSize(BATCH)
                            .recompute(how.recompute())
                            .schedule(ScheduleKind.CONSTANT)
                            .learningRate(LEARNING_RATE)
                            .listener(watch)
                            .hook(watch);
            if (way.state() != null) {
                builder.state(way.state());
            }
            builder.stopWhen(() -> watch.done >= way.steps());
            more.accept(builder);
            builder.build().fit();
            return new TrialRun(logits, watch.gradients, watch.losses, watch.devices);
        } finally {
            TorchRuntime.allowTf32(false);
        }
    }

    private static float[] logits(
            AdaptedBlock adapted, BenchModel model, RandomImages images, NDManager manager) {
        try (GradMode off = GradMode.off();
                NDManager scope = manager.newSubManager()) {
            off.suppressNotUsedWarning();
            NDArray input = scope.create(images.batch(BATCH), model.images(BATCH));
            return adapted.forward(new ParameterStore(scope, false), new NDList(input), false)
                    .head()
                    .toFloatArray();
        }
    }

    /** Reads the first step's gradients and every loss. */
    private static final class Watch implements TrainingHook, FineTuneListener {

        private final Map<String, float[]> gradients = new LinkedHashMap<>();
        private final Map<Long, Float> losses = new LinkedHashMap<>();
        private final Set<Device> devices = new HashSet<>();
        private long done;

        @Override
        public String name() {
            return "watch";
        }

        @Override
        public @Nullable NDArray term(Place place, NDArray inputs, NDArray outputs) {
            devices.add(inputs.getDevice());
            devices.add(outputs.getDevice());
            return null;
        }

        @Override
        public void afterBackward(Place place, Map<String, NDArray> all) {
            if (gradients.isEmpty()) {
                all.forEach(
                        (name, gradient) -> {
                            devices.add(gradient.getDevice());
                            gradients.put(name, gradient.toFloatArray());
                        });
            }
        }

        @Override
        public void onContinue(long step, List<EpochMetrics> before) {
            done = step;
        }

        @Override
        public void onStep(StepProgress progress) {
            done = progress.step();
        }

        @Override
        public void onLosses(long first, List<Float> read) {
            for (int i = 0; i < read.size(); i++) {
                losses.put(first + i, read.get(i));
            }
        }
    }

    /** The largest difference of logits, over the largest logit. */
    static double logits(TrialRun a, TrialRun b) {
        return largest(a.logits, b.logits) / largest(b.logits, new float[b.logits.length]);
    }

    /** The length of the difference of all gradients, over the length of all gradients. */
    static double gradients(TrialRun a, TrialRun b) {
        double off = 0;
        double all = 0;
        for (Map.Entry<String, float[]> entry : b.gradients.entrySet()) {
            float[] expected = entry.getValue();
            float[] found = a.gradients.getOrDefault(entry.getKey(), new float[0]);
            if (found.length != expected.length) {
                return Double.NaN;
            }
            for (int i = 0; i < expected.length; i++) {
                double difference = (double) found[i] - expected[i];
                off += difference * difference;
                all += (double) expected[i] * expected[i];
            }
        }
        return Math.sqrt(off / all);
    }

    /** The largest difference of the losses that both have, over the loss. */
    static double losses(TrialRun a, TrialRun b) {
        double largest = 0;
        int both = 0;
        for (Map.Entry<Long, Float> entry : a.losses.entrySet()) {
            Float expected = b.losses.get(entry.getKey());
            if (expected != null) {
                double off = Math.abs((double) entry.getValue() - expected) / Math.abs(expected);
                largest = larger(largest, off);
                both++;
            }
        }
        return both == 0 ? Double.NaN : largest;
    }

    private static double largest(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = larger(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest;
    }

    /** NaN is larger than all. */
    private static double larger(double a, double b) {
        return Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.max(a, b);
    }
}
