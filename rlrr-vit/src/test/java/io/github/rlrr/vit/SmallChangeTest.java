package io.github.rlrr.vit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.part.Precision;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Changes of a weight below bfloat16's last bit, 2⁻⁹ of it: W + P ⊙ W is computed in float32 and
 * rounded once, so that of many weights some round the other way and their sums change as they
 * should. In bfloat16 it would be W again, each time.
 */
class SmallChangeTest {

    private static final int STEPS = 3;

    /** AdamW moves a scale by about its rate in each step; the other scale is below √6. */
    private static final double RATE = 2e-4;

    private static final double LAST_BIT = Math.pow(2, -9);

    @Test
    void aSmallRateIsSeenInHalfPrecision() throws IOException {
        float[] single = moved(Precision.FLOAT32);
        float[] half = moved(Precision.BFLOAT16);
        double along = 0;
        double square = 0;
        for (int i = 0; i < single.length; i++) {
            along += (double) single[i] * half[i];
            square += (double) single[i] * single[i];
        }
        assertThat(along / square).as("share of float32's change").isBetween(0.5, 1.5);
    }

    /** By how much a few small steps change the logits; the head is not trained. */
    private static float[] moved(Precision precision) throws IOException {
        RlrrConfig config =
                RlrrConfig.builder()
                        .initialisation(Initialisation.IDENTITY)
                        .shift(false)
                        .scaleAndShift()
                        .fullyTrained()
                        .build();
        try (VisionTransformer loaded = Parity.tiny();
                VisionTransformer vit = loaded.withPrecision(precision);
                AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
            float[] before = logits(adapted);
            FineTuner.builder(adapted)
                    .dataset(Parity.data())
                    .batchSize(4)
                    .epochs(STEPS)
                    .learningRate(RATE)
                    .seed(5)
                    .build()
                    .fit();
            assertThat(largestChange(vit, adapted)).isPositive().isLessThan(LAST_BIT);
            float[] after = logits(adapted);
            for (int i = 0; i < after.length; i++) {
                after[i] -= before[i];
            }
            return after;
        }
    }

    private static float[] logits(AdaptedBlock adapted) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray images =
                    manager.create(Parity.floats("io.npz", "images"), new Shape(4, 3, 16, 16));
            return adapted.forward(new ParameterStore(manager, false), new NDList(images), false)
                    .head()
                    .toFloatArray();
        }
    }

    /** The largest |W' − W| / |W| of all weights. */
    private static double largestChange(VisionTransformer vit, AdaptedBlock adapted) {
        double largest = 0;
        try (VisionTransformer merged = vit.merged(adapted)) {
            var after = ModuleTree.of(merged).parameters();
            for (var entry : ModuleTree.of(vit).parameters().entrySet()) {
                float[] w = values(entry.getValue());
                float[] changed = values(after.get(entry.getKey()));
                for (int i = 0; i < w.length; i++) {
                    double change = Math.abs(changed[i] - w[i]);
                    largest = Math.max(largest, change == 0 ? 0 : change / Math.abs(w[i]));
                }
            }
        }
        return largest;
    }

    private static float[] values(Parameter parameter) {
        return parameter.getArray().toFloatArray();
    }
}
