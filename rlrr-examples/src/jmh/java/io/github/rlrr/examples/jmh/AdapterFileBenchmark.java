package io.github.rlrr.examples.jmh;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/** Every tensor of a ViT-B/16 adapter with 100 classes, read from its safetensors file. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AdapterFileBenchmark {

    private static final int CLASSES = 100;
    private static final String TENSORS = "adapter_model.safetensors";
    private static final String CONFIG = "adapter_config.json";

    private Path folder;

    /** Saves an adapter. */
    @Setup(Level.Trial)
    public void save() throws IOException {
        folder = Files.createTempDirectory("rlrr-jmh");
        VitConfig config = VitConfig.VIT_B_16.withClasses(CLASSES);
        List<String> classes = IntStream.range(0, CLASSES).mapToObj(i -> "class " + i).toList();
        try (NDManager manager = NDManager.newBaseManager(null, TorchRuntime.ENGINE);
                VisionTransformer vit = new VisionTransformer(config)) {
            Shape images =
                    new Shape(1, VitConfig.CHANNELS, config.imageHeight(), config.imageWidth());
            vit.initialize(manager, DataType.FLOAT32, images);
            try (AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published())) {
                adapted.save(folder, new AdapterMetadata("random", classes, Map.of()));
            }
        }
    }

    /** Deletes it. */
    @TearDown(Level.Trial)
    public void delete() throws IOException {
        Files.deleteIfExists(folder.resolve(TENSORS));
        Files.deleteIfExists(folder.resolve(CONFIG));
        Files.deleteIfExists(folder);
    }

    /** Opens, checks and reads the file to Java arrays. */
    @Benchmark
    public long readFloats() throws IOException {
        long values = 0;
        try (TensorReader reader = TensorReader.open(folder.resolve(TENSORS))) {
            for (String name : reader.tensors().keySet()) {
                values += reader.readFloats(name).length;
            }
        }
        return values;
    }
}
