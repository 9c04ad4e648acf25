package io.github.rlrr.examples;

import io.github.rlrr.adapter.AdapterConfig;
import io.github.rlrr.adapter.BiasTuningConfig;
import io.github.rlrr.adapter.FullFineTuningConfig;
import io.github.rlrr.adapter.Initialisation;
import io.github.rlrr.adapter.LinearProbeConfig;
import io.github.rlrr.adapter.NormTuningConfig;
import io.github.rlrr.adapter.Rescaling.Form;
import io.github.rlrr.adapter.Rescaling.Sides;
import io.github.rlrr.adapter.RlrrConfig;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is trained and how: the method and, for RLRR, its variants. */
final class MethodOptions {

    /** The methods that can be trained. */
    enum Method {
        RLRR,
        LINEAR_PROBE,
        FULL,
        BIAS,
        NORM;

        /** As adapter files and options spell it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Splits a list of targets at its commas, but for those within braces and brackets. */
    private static final String COMMAS = ",(?![^{\\[]*[}\\]])";

    private static final String NONE = "none";

    @Option(
            names = "--method",
            defaultValue = "rlrr",
            description =
                    "What is trained besides the head: rlrr; linear-probe, nothing; full, every"
                            + " parameter; bias, every bias; norm, the norms. Default:"
                            + " ${DEFAULT-VALUE}.")
    private Method method = Method.RLRR;

    @Option(names = "--rank", defaultValue = "1", description = "RLRR's rank. Default: 1.")
    private int rank = 1;

    @Option(
            names = "--form",
            paramLabel = "NAME",
            description =
                    "residual, the method: W + P*W; plain, without residual: P*W; additive: W + P."
                            + " Default: residual.")
    private Form form = Form.RESIDUAL;

    @Option(
            names = "--sides",
            paramLabel = "NAME",
            description = "Which scales are trained: both, left or right. Default: both.")
    private Sides sides = Sides.BOTH;

    @Option(names = "--no-shift", description = "Train no shift of the biases.")
    private boolean withoutShift;

    @Option(
            names = "--init",
            paramLabel = "START",
            description =
                    "Where the scales start: kaiming as published, identity at the base model,"
                            + " normal:0.1, uniform:0.1 or constant:0.1. Default: kaiming; identity"
                            + " for --form plain and additive.")
    private @Nullable String start;

    @Option(
            names = "--targets",
            paramLabel = "T[,T...]",
            hideParamSyntax = true,
            split = COMMAS,
            description =
                    "Modules that RLRR rescales, such as all-linear or"
                            + " blocks.[3-5].attn.{query,value}, or none; rlrr inspect lists them."
                            + " Default: all-linear.")
    private @Nullable List<String> targets;

    @Option(
            names = "--scale-and-shift",
            paramLabel = "T[,T...]",
            hideParamSyntax = true,
            split = COMMAS,
            description =
                    "Modules whose output is scaled and shifted, or none. Default:"
                            + " all-norm,patch_embed.proj.")
    private @Nullable List<String> scaleAndShift;

    /** The configuration that was asked for. */
    AdapterConfig config(long seed) {
        return switch (method) {
            case RLRR -> rlrr(seed);
            case LINEAR_PROBE -> new LinearProbeConfig();
            case FULL -> new FullFineTuningConfig();
            case BIAS -> new BiasTuningConfig();
            case NORM -> new NormTuningConfig();
        };
    }

    private RlrrConfig rlrr(long seed) {
        RlrrConfig.Builder builder =
                RlrrConfig.builder()
                        .rank(rank)
                        .form(form)
                        .sides(sides)
                        .shift(!withoutShift)
                        .seed(seed);
        if (start != null) {
            builder.initialisation(initialisation(start));
        }
        if (targets != null) {
            builder.targets(list(targets));
        }
        if (scaleAndShift != null) {
            builder.scaleAndShift(list(scaleAndShift));
        }
        return builder.build();
    }

    boolean isLinearProbe() {
        return method == Method.LINEAR_PROBE;
    }

    private static String[] list(List<String> targets) {
        return targets.equals(List.of(NONE)) ? new String[0] : targets.toArray(new String[0]);
    }

    private static Initialisation initialisation(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split(":", 2);
        try {
            double value = parts.length == 2 ? Double.parseDouble(parts[1]) : Double.NaN;
            boolean valued = parts.length == 2;
            if (parts[0].equals("kaiming") && !valued) {
                return Initialisation.PUBLISHED;
            } else if (parts[0].equals("identity") && !valued) {
                return Initialisation.IDENTITY;
            } else if (parts[0].equals("normal") && valued) {
                return Initialisation.normal(value);
            } else if (parts[0].equals("uniform") && valued) {
                return Initialisation.uniform(value);
            } else if (parts[0].equals("constant") && valued) {
                return Initialisation.constant(value);
            }
        } catch (NumberFormatException e) {
            throw unknown(text, e);
        }
        throw unknown(text, null);
    }

    private static IllegalArgumentException unknown(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "--init is \""
                        + text
                        + "\", expected kaiming, identity, normal:DEVIATION, uniform:BOUND or"
                        + " constant:VALUE",
                cause);
    }
}
