package io.github.rlrr.method;

import io.github.rlrr.module.Targets;
import java.util.List;

/**
 * Full fine-tuning: trains a copy of every parameter, class token and position embeddings included.
 *
 * <p>A fresh adapter of this kind is the base model. It holds a whole model, and so does its file;
 * of the base it needs the architecture alone, and its fingerprint does not tell bases apart. A
 * batch norm's running statistics are the adapter's own, as for every method.
 *
 * <p>With fewer targets it is partial fine-tuning, such as {@code blocks.[10-11].**}, {@code norm}
 * and {@code head}.
 *
 * @param targets what is trained; same grammar as {@link RlrrConfig#targets()}
 */
public record FullFineTuningConfig(List<String> targets) implements AdapterConfig {

    /** The name in adapter files. */
    public static final String METHOD = "full";

    /**
     * Copies the list.
     *
     * @param targets at least one target
     * @throws IllegalArgumentException when it is empty or a target is malformed
     */
    public FullFineTuningConfig {
        targets =
                Targets.some(targets, "full fine-tuning trains at least one module; \"**\" is all");
    }

    /** Trains everything. */
    public FullFineTuningConfig() {
        this(List.of("**"));
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public List<Rule> rules() {
        return List.of(new Rule("targets", new Replacement(), targets));
    }
}
