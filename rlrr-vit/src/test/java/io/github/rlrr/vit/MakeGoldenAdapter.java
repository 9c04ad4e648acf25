package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Makes the adapter folder that every later version must load (resources/golden/README.md): a
 * published start of rank 2 on the tiny parity model, trained for 20 steps. The argument is the
 * folder to write; beside the adapter it gets {@code expected_logits.safetensors}, what the adapter
 * gives for the parity images.
 */
final class MakeGoldenAdapter {

    private MakeGoldenAdapter() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        RlrrConfig config = RlrrConfig.builder().rank(2).seed(7).build();
        try (VisionTransformer vit = Parity.tiny().withHead(5);
                AdaptedBlock adapted = Rlrr.adapt(vit, config);
                NDManager manager = NDManager.newBaseManager()) {
            FineTuner.builder(adapted)
                    .dataset(Parity.data())
                    .batchSize(4)
                    .epochs(20)
                    .learningRate(1e-2)
                    .build()
                    .fit();
            adapted.save(
                    folder,
                    new AdapterMetadata(
                            "base_google.npz",
                            List.of("a", "b", "c", "d", "e"),
                            Preprocessing.vitDefault(16).toMap()));
            NDArray images =
                    manager.create(Parity.floats("io.npz", "images"), new Shape(4, 3, 16, 16));
            NDArray logits =
                    adapted.forward(new ParameterStore(manager, false), new NDList(images), false)
                            .head();
            SafetensorsWriter.write(
                    folder.resolve("expected_logits.safetensors"),
                    Map.of("logits", logits),
                    Map.of());
        }
    }
}
