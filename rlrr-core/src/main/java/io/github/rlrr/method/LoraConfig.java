package io.github.rlrr.method;

import io.github.rlrr.module.Targets;
import java.util.List;

/**
 * A LoRA adapter: which linear layers get an update of low rank, {@code W' = W + (α/r)·B·A}.
 *
 * <p>Source: Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, ICLR 2022. LoRA's
 * dropout acts on the input of the update and not on a parameter, so it is not here.
 *
 * @param rank r, at least 1
 * @param alpha α, positive; the update is multiplied by α/r
 * @param targets linear layers; same grammar as {@link RlrrConfig#targets()}
 * @param fullyTrained modules trained as a whole, the head first of all; may be empty
 * @param seed the seed of every start value
 */
public record LoraConfig(
        int rank, double alpha, List<String> targets, List<String> fullyTrained, long seed)
        implements AdapterConfig {

    /** The name in adapter files. */
    public static final String METHOD = "lora";

    /**
     * Checks everything once.
     *
     * @param rank at least 1
     * @param alpha positive and finite
     * @param targets at least one target
     * @param fullyTrained well-formed targets; may be empty
     * @param seed any number
     * @throws IllegalArgumentException when a number is out of range, there is no target or one is
     *     malformed
     */
    public LoraConfig {
        new LowRankUpdate(rank, alpha);
        targets =
                Targets.some(targets, "LoRA updates at least one linear layer; all-linear is all");
        fullyTrained = Targets.any(fullyTrained);
    }

    /**
     * Query and value of every attention at rank 8 with α = 8, as PEFT has it by default, and the
     * module {@code head}: 294,912 adapter parameters on ViT-B/16.
     */
    public LoraConfig() {
        this(8, 8, List.of("attn.{query,value}"), List.of("head"), 0);
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public List<Rule> rules() {
        return List.of(
                Rule.fullyTrained(fullyTrained),
                new Rule("targets", new LowRankUpdate(rank, alpha), targets));
    }
}
