package io.github.rlrr.examples.bench;

import io.github.rlrr.vit.part.Layer;
import io.github.rlrr.vit.part.NetworkParts;
import io.github.rlrr.vit.part.ProductCounter;
import java.util.ArrayList;
import java.util.List;

/**
 * The matrix products that a step of a network needs, and nothing else: what is left when all other
 * work costs nothing.
 *
 * <p>How they are counted, B the batch, N the tokens, D the width, H the heads, d = D / H:
 *
 * <ul>
 *   <li>A linear layer needs one product forward, X·Wᵀ, and two backward: the input's gradient G·W
 *       and the weight's Gᵀ·X, through which the scales get theirs. The head likewise.
 *   <li>Attention needs two products forward, Q·Kᵀ and A·V, and four backward, for each of B·H.
 *   <li>The patch projection needs one forward and its weight's gradient; the images need none.
 *   <li>The last block computes keys and values for every token, the rest of it for the class token
 *       alone, since nothing else leaves the network.
 *   <li>Nothing counts twice that is computed twice, such as what recomputation repeats, and the
 *       products of the rank-1 scales count as elementwise work.
 * </ul>
 *
 * @param products the calls, equal ones together
 */
record StepProducts(List<MatrixProduct> products) {

    /** Of a training step. */
    static StepProducts training(NetworkParts parts, int batch) {
        return new Counting(true).count(parts, batch);
    }

    /** Of a forward without gradients. */
    static StepProducts forward(NetworkParts parts, int batch) {
        return new Counting(false).count(parts, batch);
    }

    /** 2·m·n·k over all products. */
    long flops() {
        return products.stream().mapToLong(MatrixProduct::flops).sum();
    }

    private static final class Counting implements ProductCounter {

        private final boolean training;
        private final List<MatrixProduct> products = new ArrayList<>();

        Counting(boolean training) {
            this.training = training;
        }

        StepProducts count(NetworkParts parts, int batch) {
            parts.count(this, batch);
            return new StepProducts(List.copyOf(products));
        }

        @Override
        public void linear(long rows, Layer.Linear layer) {
            long in = layer.in();
            long out = layer.out();
            add(new MatrixProduct(1, rows, out, in, false, true, 1)); // X·Wᵀ
            if (training) {
                add(new MatrixProduct(1, rows, in, out, false, false, 1)); // G·W
                add(new MatrixProduct(1, out, in, rows, true, false, 1)); // Gᵀ·X
            }
        }

        @Override
        public void patches(long rows, Layer.Patches layer) {
            long values = (long) layer.in() * layer.side() * layer.side();
            add(new MatrixProduct(1, rows, layer.out(), values, false, true, 1));
            if (training) {
                add(new MatrixProduct(1, layer.out(), values, rows, true, false, 1));
            }
        }

        @Override
        public void attention(long heads, long asking, long all, long width) {
            int calls = training ? 2 : 1;
            add(new MatrixProduct(heads, asking, all, width, false, true, calls)); // Q·Kᵀ, dO·Vᵀ
            add(new MatrixProduct(heads, asking, width, all, false, false, calls)); // A·V, dS·K
            if (training) {
                add(
                        new MatrixProduct(
                                heads, all, width, asking, true, false, calls)); // Aᵀ·dO, dSᵀ·Q
            }
        }

        private void add(MatrixProduct product) {
            for (int i = 0; i < products.size(); i++) {
                MatrixProduct there = products.get(i);
                if (there.sameCall(product)) {
                    products.set(i, there.withCount(there.count() + product.count()));
                    return;
                }
            }
            products.add(product);
        }
    }
}
