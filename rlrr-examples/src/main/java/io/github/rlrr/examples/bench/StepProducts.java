package io.github.rlrr.examples.bench;

import io.github.rlrr.vit.VitConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The matrix products that a step of a Vision Transformer needs, and nothing else: what is left
 * when all other work costs nothing.
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
record StepProducts(List<Product> products) {

    /** Of a training step. */
    static StepProducts training(VitConfig config, int batch) {
        return new Counting(true).count(config, batch);
    }

    /** Of a forward without gradients. */
    static StepProducts forward(VitConfig config, int batch) {
        return new Counting(false).count(config, batch);
    }

    /** 2·m·n·k over all products. */
    long flops() {
        return products.stream().mapToLong(Product::flops).sum();
    }

    private static final class Counting {

        private final boolean training;
        private final List<Product> products = new ArrayList<>();

        Counting(boolean training) {
            this.training = training;
        }

        StepProducts count(VitConfig config, int batch) {
            long tokens = (long) batch * config.tokens();
            int width = config.width();
            int mlp = config.mlpWidth();
            patches(config, batch);
            int whole = config.depth() - 1;
            if (whole > 0) {
                linear(tokens, width, width, 4 * whole); // query, key, value, out
                linear(tokens, width, mlp, whole);
                linear(tokens, mlp, width, whole);
                attention(config, batch, config.tokens(), whole);
            }
            linear(tokens, width, width, 2); // the last block's key and value
            linear(batch, width, width, 2); // its query and out
            linear(batch, width, mlp, 1);
            linear(batch, mlp, width, 1);
            attention(config, batch, 1, 1);
            linear(batch, width, config.classes(), 1); // the head
            return new StepProducts(List.copyOf(products));
        }

        private void linear(long rows, long in, long out, int count) {
            add(new Product(1, rows, out, in, false, true, count)); // X·Wᵀ
            if (training) {
                add(new Product(1, rows, in, out, false, false, count)); // G·W
                add(new Product(1, out, in, rows, true, false, count)); // Gᵀ·X
            }
        }

        private void patches(VitConfig config, int batch) {
            long rows = (long) batch * (config.tokens() - 1);
            long values = (long) VitConfig.CHANNELS * config.patchSize() * config.patchSize();
            add(new Product(1, rows, config.width(), values, false, true, 1));
            if (training) {
                add(new Product(1, config.width(), values, rows, true, false, 1));
            }
        }

        /** Of so many blocks, {@code asking} tokens asking all of them. */
        private void attention(VitConfig config, int batch, long asking, int blocks) {
            long heads = (long) batch * config.heads();
            long tokens = config.tokens();
            long each = config.width() / config.heads();
            int calls = training ? 2 * blocks : blocks;
            add(new Product(heads, asking, tokens, each, false, true, calls)); // Q·Kᵀ, dO·Vᵀ
            add(new Product(heads, asking, each, tokens, false, false, calls)); // A·V, dS·K
            if (training) {
                add(new Product(heads, tokens, each, asking, true, false, calls)); // Aᵀ·dO, dSᵀ·Q
            }
        }

        private void add(Product product) {
            for (int i = 0; i < products.size(); i++) {
                Product there = products.get(i);
                if (there.sameCall(product)) {
                    products.set(i, there.withCount(there.count() + product.count()));
                    return;
                }
            }
            products.add(product);
        }
    }
}
