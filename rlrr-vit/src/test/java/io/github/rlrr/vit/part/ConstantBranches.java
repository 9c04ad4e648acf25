package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import java.util.Objects;

/**
 * Models of which every weight is 0 and one of the two branches answers 1, so that of x = 0 a block
 * makes that branch's mask. Both draw the same masks from the same seed, whatever is in a branch.
 */
record ConstantBranches(VisionTransformer attention, VisionTransformer mlp) {

    static final VitConfig CONFIG = new VitConfig(16, 16, 4, 32, 5, 4, 64, 5, 1e-6f);
    static final int TOKENS = CONFIG.tokens();
    static final int WIDTH = CONFIG.width();

    static ConstantBranches with(ResidualDropout dropout, NDManager manager) {
        return new ConstantBranches(
                model("attn.out.bias", manager).withDropout(dropout),
                model("mlp.fc2.bias", manager).withDropout(dropout));
    }

    private static VisionTransformer model(String one, NDManager manager) {
        VisionTransformer vit = new VisionTransformer(CONFIG);
        vit.setInitializer(Initializer.ZEROS, parameter -> true);
        vit.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 16, 16));
        ModuleTree.of(vit)
                .parameters()
                .forEach(
                        (path, parameter) -> {
                            if (path.endsWith(one)) {
                                parameter.freeze(true);
                                parameter.getArray().addi(1);
                            }
                        });
        return vit;
    }

    static EncoderBlock block(VisionTransformer vit, int index) {
        ModuleTree.Module module = ModuleTree.of(vit).find("blocks." + index);
        return (EncoderBlock) Objects.requireNonNull(module).block();
    }

    /** The masks (B, N, D) of one block, in a training forward: attention's, then the MLP's. */
    NDList masks(int index, int batch, long seed, NDManager manager) {
        NDList masks = new NDList();
        for (VisionTransformer vit : new VisionTransformer[] {attention, mlp}) {
            TorchRuntime.seed(seed);
            NDArray x = manager.zeros(new Shape(batch, TOKENS, WIDTH));
            ParameterStore store = new ParameterStore(manager, false);
            masks.add(block(vit, index).forward(store, new NDList(x), true).head());
        }
        return masks;
    }

    /** The masks (B, 1, D) with which the block makes the class token alone. */
    NDList classTokenMasks(int index, int batch, long seed, NDManager manager) {
        NDList masks = new NDList();
        for (VisionTransformer vit : new VisionTransformer[] {attention, mlp}) {
            TorchRuntime.seed(seed);
            NDArray x = manager.zeros(new Shape(batch, TOKENS, WIDTH));
            masks.add(block(vit, index).leading(new ParameterStore(manager, false), x, 1, true));
        }
        return masks;
    }
}
