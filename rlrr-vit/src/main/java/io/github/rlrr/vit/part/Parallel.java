package io.github.rlrr.vit.part;

import java.util.ArrayList;
import java.util.List;

/**
 * Two operations on the same normed tokens: {@code first(x) + second(x)}.
 *
 * <p>Source: Dehghani et al., Scaling Vision Transformers to 22 Billion Parameters, 2023.
 *
 * @param first attention
 * @param second an MLP
 */
public record Parallel(Operation first, Operation second) implements Operation {

    @Override
    public List<Layer> layers() {
        List<Layer> layers = new ArrayList<>(first.layers());
        layers.addAll(second.layers());
        return layers;
    }

    @Override
    public boolean mixesTokens() {
        return first.mixesTokens() || second.mixesTokens();
    }

    @Override
    public String write(ProgramText text, String asking, String all, String like) {
        String one = first.write(text, asking, all, like);
        String other = second.write(text, asking, all, like);
        return text.let("d", "torch.add(" + one + ", " + other + ")");
    }

    @Override
    public void count(ProductCounter counter, long batch, long asking, long all) {
        first.count(counter, batch, asking, all);
        second.count(counter, batch, asking, all);
    }
}
