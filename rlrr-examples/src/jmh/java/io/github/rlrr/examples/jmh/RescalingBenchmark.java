package io.github.rlrr.examples.jmh;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import io.github.rlrr.method.Frozen;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.Rescaling;
import io.github.rlrr.method.Rescaling.Form;
import io.github.rlrr.method.Rescaling.Sides;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The effective weight of a layer from 3072 inputs to 768 outputs, without gradients. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RescalingBenchmark {

    private static final int OUT = 768;
    private static final int IN = 3072;

    private final Rescaling rescaling =
            new Rescaling(1, Form.RESIDUAL, Sides.BOTH, true, Initialisation.PUBLISHED);
    private NDManager manager;
    private GradMode off;
    private Site site;
    private NDArray weight;
    private Map<String, NDArray> tensors;

    /** Draws the weight and the scales. */
    @Setup(Level.Trial)
    public void draw() {
        off = GradMode.off();
        manager = NDManager.newBaseManager(null, TorchRuntime.ENGINE);
        Linear linear = Linear.builder().setUnits(OUT).build();
        linear.initialize(manager, DataType.FLOAT32, new Shape(1, IN));
        site = Rlrr.tree(linear).sites().get(0);
        weight = site.weight().getArray();
        tensors =
                Map.of(
                        Rescaling.SCALE_LEFT,
                        manager.randomNormal(new Shape(1, IN)),
                        Rescaling.SCALE_RIGHT,
                        manager.randomNormal(new Shape(OUT, 1)));
    }

    /** Frees them. */
    @TearDown(Level.Trial)
    public void close() {
        manager.close();
        off.close();
    }

    /** W' = W + (S_right · S_left) ⊙ W. */
    @Benchmark
    public Shape effectiveWeight() {
        try (NDManager scope = manager.newSubManager()) {
            scope.tempAttachAll(weight, tensors.get(Rescaling.SCALE_RIGHT));
            Frozen frozen = new Frozen(weight, null);
            return rescaling.effective(site, Role.WEIGHT, frozen, tensors).getShape();
        }
    }
}
