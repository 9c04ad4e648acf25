package io.github.rlrr.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.github.rlrr.vit.VitConfig;
import org.junit.jupiter.api.Test;

class StepProductsTest {

    /** Multiply-adds of one encoder block, forward, by the tokens that compute each part. */
    private static double block(double batch, double all, double asking, double d, double mlp) {
        double keysAndValues = 2 * batch * all * d * d;
        double queryAndOut = 2 * batch * asking * d * d;
        double perceptron = 2 * batch * asking * d * mlp;
        double attention = 2 * batch * asking * all * d;
        return keysAndValues + queryAndOut + perceptron + attention;
    }

    @Test
    void aTrainingStepOfVitB16CountsThreeProductsForEachOfTheForward() {
        VitConfig config = VitConfig.VIT_B_16.withClasses(100);
        double whole = block(8, 197, 197, 768, 3072);
        double last = block(8, 197, 1, 768, 3072);
        double patches = 8 * 196 * 768.0 * 768;
        double head = 8 * 768.0 * 100;

        double expected = 2 * (3 * (11 * whole + last + head) + 2 * patches);

        assertThat((double) StepProducts.training(config.parts(), 8).flops()).isEqualTo(expected);
        // All tokens in the last block too: 841 GFLOP. Without them 7 % less.
        double unshortened = 2 * (3 * (12 * whole + head) + 2 * patches);
        assertThat(unshortened / 1e9).isBetween(841.0, 842.0);
        assertThat(expected / unshortened).isBetween(0.930, 0.932);
    }

    @Test
    void aForwardCountsEachProductOnce() {
        VitConfig config = VitConfig.VIT_L_16.withClasses(10);
        double expected =
                2
                        * (23 * block(3, 197, 197, 1024, 4096)
                                + block(3, 197, 1, 1024, 4096)
                                + 3 * 196 * 768.0 * 1024
                                + 3 * 1024.0 * 10);

        assertThat((double) StepProducts.forward(config.parts(), 3).flops()).isEqualTo(expected);
    }

    @Test
    void aModelOfOneBlockComputesNothingButTheClassToken() {
        VitConfig config = new VitConfig(8, 8, 4, 8, 1, 2, 16, 3, 1e-6f);
        // 5 tokens of width 8, 4 patches of 48 values, batch 2.
        double expected = 2 * (block(2, 5, 1, 8, 16) + 2 * 4 * 48 * 8 + 2 * 8 * 3);

        assertThat((double) StepProducts.forward(config.parts(), 2).flops()).isEqualTo(expected);
    }

    @Test
    void equalCallsAreListedOnce() {
        StepProducts step = StepProducts.training(VitConfig.VIT_B_16.parts(), 8);

        assertThat(step.products()).doesNotHaveDuplicates();
        // Query, key, value and out of eleven blocks, key and value of the last.
        assertThat(step.products())
                .contains(new MatrixProduct(1, 8 * 197, 768, 768, false, true, 46))
                .contains(new MatrixProduct(1, 768, 768, 8 * 197, true, false, 46));
    }

    @Test
    void everyProductOfAStepCanBeTimed() {
        VitConfig config = new VitConfig(8, 8, 4, 8, 2, 2, 16, 3, 1e-6f);

        assertThat(ProductFloor.seconds(StepProducts.training(config.parts(), 2), Device.cpu()))
                .isPositive();
    }
}
