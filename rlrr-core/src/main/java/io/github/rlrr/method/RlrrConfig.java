package io.github.rlrr.method;

import io.github.rlrr.method.Rescaling.Form;
import io.github.rlrr.method.Rescaling.Sides;
import io.github.rlrr.module.Targets;
import java.util.List;

/**
 * An RLRR adapter: which modules are rescaled and how.
 *
 * <p>The grammar of targets stands at {@link io.github.rlrr.module.Targets}.
 *
 * @param rank r of the low-rank residual, at least 1; the paper's method is 1
 * @param form how the scales meet the weight; {@code RESIDUAL} is the method
 * @param sides which scales are trained; {@code BOTH} is the method
 * @param shift whether biases get a learned shift
 * @param initialisation where the scales start; {@code KAIMING} also draws scale-and-shift from
 *     N(1, 0.02) and N(0, 0.02) as published, every other start leaves them at 1 and 0
 * @param targets linear layers and convolutions that are rescaled; may be empty
 * @param scaleAndShift norms and projections that get the scale-and-shift form; may be empty
 * @param fullyTrained modules trained as a whole, the head first of all; may be empty
 * @param seed the seed of every start value
 */
public record RlrrConfig(
        int rank,
        Form form,
        Sides sides,
        boolean shift,
        Initialisation initialisation,
        List<String> targets,
        List<String> scaleAndShift,
        List<String> fullyTrained,
        long seed)
        implements AdapterConfig {

    /** The name in adapter files. */
    public static final String METHOD = "rlrr";

    /**
     * Checks everything once.
     *
     * @param rank at least 1
     * @param form how the scales meet the weight
     * @param sides which scales are trained
     * @param shift whether biases get a learned shift
     * @param initialisation where the scales start
     * @param targets well-formed targets; empty only if {@code scaleAndShift} is not
     * @param scaleAndShift well-formed targets; empty only if {@code targets} is not
     * @param fullyTrained well-formed targets; may be empty
     * @param seed any number
     * @throws IllegalArgumentException for a setting that makes no sense or cannot learn, with the
     *     reason, or a malformed target
     */
    public RlrrConfig {
        targets = Targets.any(targets);
        scaleAndShift = Targets.any(scaleAndShift);
        fullyTrained = Targets.any(fullyTrained);
        new Rescaling(rank, form, sides, shift, initialisation);
        if (targets.isEmpty() && scaleAndShift.isEmpty()) {
            throw new IllegalArgumentException(
                    "neither targets nor scaleAndShift name a module: nothing would be adapted;"
                            + " for a head alone use LinearProbeConfig");
        }
    }

    /**
     * The method as published for Vision Transformers: rank 1 on every linear layer,
     * scale-and-shift on the norms and the patch projection, a newly trained head, the published
     * start.
     *
     * @return the configuration; 288,768 adapter parameters on ViT-B/16
     */
    public static RlrrConfig published() {
        return builder().build();
    }

    /**
     * Starts from the published configuration.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public List<Rule> rules() {
        boolean drawn = initialisation.kind() == Initialisation.Kind.KAIMING;
        return List.of(
                Rule.fullyTrained(fullyTrained),
                new Rule("scaleAndShift", new ScaleAndShift(drawn, true), scaleAndShift),
                new Rule(
                        "targets",
                        new Rescaling(rank, form, sides, shift, initialisation),
                        targets));
    }

    /** Builds a configuration; every setting starts as published. */
    public static final class Builder {

        private int rank = 1;
        private Form form = Form.RESIDUAL;
        private Sides sides = Sides.BOTH;
        private boolean shift = true;
        private Initialisation initialisation = Initialisation.PUBLISHED;
        private boolean initialisationSet;
        private List<String> targets = List.of("all-linear");
        private List<String> scaleAndShift = List.of("all-norm", "patch_embed.proj");
        private List<String> fullyTrained = List.of("head");
        private long seed;

        Builder() {}

        /**
         * Sets r.
         *
         * @param value the rank, at least 1
         * @return this
         */
        public Builder rank(int value) {
            rank = value;
            return this;
        }

        /**
         * Sets how the scales meet the weight. Without residual, and for the additive form, the
         * start becomes {@code IDENTITY} unless one is set: the published draw would swamp the
         * weights there.
         *
         * @param value the form
         * @return this
         */
        public Builder form(Form value) {
            form = value;
            return this;
        }

        /**
         * Sets which scales are trained.
         *
         * @param value the sides
         * @return this
         */
        public Builder sides(Sides value) {
            sides = value;
            return this;
        }

        /**
         * Sets whether biases get a learned shift.
         *
         * @param value true for the method
         * @return this
         */
        public Builder shift(boolean value) {
            shift = value;
            return this;
        }

        /**
         * Sets where the scales start.
         *
         * @param value the start
         * @return this
         */
        public Builder initialisation(Initialisation value) {
            initialisation = value;
            initialisationSet = true;
            return this;
        }

        /**
         * Sets the linear layers and convolutions that are rescaled.
         *
         * @param values targets in the grammar of {@link RlrrConfig}; none for no rescaling
         * @return this
         */
        public Builder targets(String... values) {
            targets = List.of(values);
            return this;
        }

        /**
         * Sets the modules that get the scale-and-shift form.
         *
         * @param values targets in the grammar of {@link RlrrConfig}; none for no such modules
         * @return this
         */
        public Builder scaleAndShift(String... values) {
            scaleAndShift = List.of(values);
            return this;
        }

        /**
         * Sets the modules that are trained as a whole.
         *
         * @param values targets in the grammar of {@link RlrrConfig}; none to keep the base's head
         * @return this
         */
        public Builder fullyTrained(String... values) {
            fullyTrained = List.of(values);
            return this;
        }

        /**
         * Sets the seed of the start values.
         *
         * @param value the seed
         * @return this
         */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException for settings that make no sense together
         */
        public RlrrConfig build() {
            Initialisation start =
                    initialisationSet || form == Form.RESIDUAL
                            ? initialisation
                            : Initialisation.IDENTITY;
            return new RlrrConfig(
                    rank, form, sides, shift, start, targets, scaleAndShift, fullyTrained, seed);
        }
    }
}
