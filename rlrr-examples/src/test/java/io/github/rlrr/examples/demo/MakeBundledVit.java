package io.github.rlrr.examples.demo;

import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Makes the bundled Vision Transformer from the npz checkpoint it was trained as: arguments are
 * that file and the safetensors file to write, in timm's layout and float16.
 */
final class MakeBundledVit {

    private MakeBundledVit() {}

    public static void main(String[] args) throws IOException {
        try (VisionTransformer vit = VitCheckpoint.load(Path.of(args[0]))) {
            VitCheckpoint.save(vit, Path.of(args[1]), VitLayout.TIMM, TensorType.F16);
            System.out.println(vit.config());
        }
    }
}
