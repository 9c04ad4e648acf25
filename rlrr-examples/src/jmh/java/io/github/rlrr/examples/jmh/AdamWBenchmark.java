package io.github.rlrr.examples.jmh;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.training.AdamW;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
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

/** AdamW's update of the tensors that RLRR as published trains in ViT-B/16, 100 classes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AdamWBenchmark {

    private static final double LEARNING_RATE = 1e-3;
    private static final double WEIGHT_DECAY = 1e-4;

    private NDManager manager;
    private VisionTransformer vit;
    private AdaptedBlock adapted;
    private AdamW optimizer;

    /** Draws the model. */
    @Setup(Level.Trial)
    public void draw() {
        VitConfig config = VitConfig.VIT_B_16.withClasses(100);
        manager = NDManager.newBaseManager(null, TorchRuntime.ENGINE);
        vit = new VisionTransformer(config);
        Shape images = new Shape(1, VitConfig.CHANNELS, config.imageHeight(), config.imageWidth());
        vit.initialize(manager, DataType.FLOAT32, images);
        adapted = Rlrr.adapt(vit, RlrrConfig.published());
        adapted.trainableTensors().forEach(tensor -> tensor.parameter().freeze(false));
        optimizer = new AdamW(adapted.trainableTensors(), WEIGHT_DECAY);
    }

    /** Frees it. */
    @TearDown(Level.Trial)
    public void close() {
        optimizer.close();
        adapted.close();
        vit.close();
        manager.close();
    }

    /** One update of all tensors; their gradients are zeros. */
    @Benchmark
    public void step() {
        optimizer.step(LEARNING_RATE);
    }
}
