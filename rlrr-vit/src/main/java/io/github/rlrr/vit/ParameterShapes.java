package io.github.rlrr.vit;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.adapter.ModuleTree;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The shapes of a Vision Transformer's parameters, before there is one with values.
 *
 * <p>With width D, patch side P, N tokens and C classes: {@code cls_token} (1, 1, D), {@code
 * pos_embed} (1, N, D), {@code patch_embed.proj.weight} (D, 3, P, P), matrices of the encoder
 * blocks (out, in) with D or the MLP's width, {@code head.weight} (C, D), norms and biases (out).
 */
public final class ParameterShapes {

    private ParameterShapes() {}

    /**
     * The shape of every parameter of a model.
     *
     * @param config its geometry
     * @return the shapes by path, in module order
     */
    public static Map<String, Shape> of(VitConfig config) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        long d = config.width();
        long p = config.patchSize();
        shapes.put("cls_token", new Shape(1, 1, d));
        shapes.put("pos_embed", new Shape(1, config.tokens(), d));
        shapes.put("patch_embed.proj.weight", new Shape(d, VitConfig.CHANNELS, p, p));
        shapes.put("patch_embed.proj.bias", new Shape(d));
        for (String path : ModuleTree.of(new VisionTransformer(config)).parameters().keySet()) {
            if (!shapes.containsKey(path)) {
                shapes.put(path, linear(path, config));
            }
        }
        return shapes;
    }

    private static Shape linear(String path, VitConfig config) {
        long d = config.width();
        long out =
                path.contains(".fc1.")
                        ? config.mlpWidth()
                        : path.startsWith("head.") ? config.classes() : d;
        long in = path.contains(".fc2.") ? config.mlpWidth() : d;
        return path.endsWith(".weight") ? new Shape(out, in) : new Shape(out);
    }
}
