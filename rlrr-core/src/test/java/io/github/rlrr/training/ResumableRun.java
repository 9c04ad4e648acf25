package io.github.rlrr.training;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import io.github.rlrr.Blobs;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.task.SingleLabel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A run with everything that has to be in a state: dropout, batch norm, noise of its own in every
 * reading of an example, accumulation, mixup, a moving average and a best epoch.
 */
final class ResumableRun {

    static final Blobs TRAIN = new Blobs(50, new Blobs(1, 3).classNames(), 0.6);
    static final Blobs VALIDATION = new Blobs(30, TRAIN.classNames(), 0.6);

    private static final long STEP_NANOS = 4_000_000;

    private ResumableRun() {}

    static AdaptedBlock adapted(NDManager manager) {
        SequentialBlock net =
                new SequentialBlock()
                        .add(Linear.builder().setUnits(8).build())
                        .add(BatchNorm.builder().build())
                        .add(Dropout.builder().optRate(0.3f).build())
                        .add(Linear.builder().setUnits(3).build());
        Fixtures.initialized(net, manager, 1, new Shape(4, 4));
        return Rlrr.adapt(
                net, RlrrConfig.builder().scaleAndShift().targets("0").fullyTrained("3").build());
    }

    static FineTuner.Builder builder(AdaptedBlock adapted, Path state, int epochs) {
        return FineTuner.builder(adapted)
                .dataset(TRAIN)
                .validation(VALIDATION)
                .epochs(epochs)
                .batchSize(4)
                .accumulation(2)
                .learningRate(0.01)
                .mixup(0.4)
                .task(new SingleLabel(0.1, List.of()))
                .clipNorm(1)
                .emaDecay(0.9)
                .selection(Selection.BEST)
                .seed(7)
                .state(state)
                .stateInterval(Duration.ZERO);
    }

    /**
     * Trains in a process of its own, to be killed, and saves the adapter at the end.
     *
     * @param args the folder of the states, that of the adapter, the number of epochs
     */
    public static void main(String[] args) throws Exception {
        try (NDManager manager = Fixtures.manager();
                AdaptedBlock adapted = adapted(manager)) {
            FineTuneListener progress =
                    new FineTuneListener() {
                        @Override
                        public void onStep(StepProgress step) {
                            System.out.println("step " + step.step());
                            // So that no machine is through before it is killed.
                            LockSupport.parkNanos(STEP_NANOS);
                        }
                    };
            builder(adapted, Path.of(args[0]), Integer.parseInt(args[2]))
                    .listener(progress)
                    .build()
                    .fit();
            adapted.save(Path.of(args[1]), new AdapterMetadata());
        }
    }
}
