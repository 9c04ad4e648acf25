package io.github.rlrr.examples.option;

import ai.djl.Device;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.inference.ImagePredictor;
import io.github.rlrr.vit.part.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** In which type the encoder blocks' matrix products are computed. */
public final class PrecisionOption {

    /** The name under which a run records what it computes in. */
    public static final String RECORDED = "precision";

    private enum Choice {
        FLOAT32,
        BFLOAT16,
        AUTO;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description =
                    "The type of the encoder blocks' matrix products: float32, bfloat16, or auto:"
                            + " bfloat16 on processors that are faster in it, else float32."
                            + " Default: ${DEFAULT-VALUE}.")
    private Choice choice = Choice.FLOAT32;

    /**
     * What to compute in.
     *
     * @param network what computes
     * @param device where
     */
    public Precision of(Backbone network, Device device) {
        return choice == Choice.AUTO ? network.fastPrecision(device) : usual(device);
    }

    /**
     * The same for a run that may have begun on another machine: auto is what it recorded.
     *
     * @param state the folder of the run's state; it may be missing
     */
    public Precision of(Backbone network, Device device, Path state) throws IOException {
        Optional<String> recorded =
                choice == Choice.AUTO ? FineTuner.recorded(state, RECORDED) : Optional.empty();
        return recorded.isPresent()
                ? Precision.valueOf(recorded.get().toUpperCase(Locale.ROOT))
                : of(network, device);
    }

    /** What a network computes in that has a choice. */
    public Precision usual(Device device) {
        return switch (choice) {
            case FLOAT32 -> Precision.FLOAT32;
            case BFLOAT16 -> Precision.BFLOAT16;
            case AUTO -> Precision.auto(device);
        };
    }

    /** A predictor that computes in it, where it is told to compute. */
    public ImagePredictor.Builder applied(ImagePredictor.Builder builder, Device device) {
        builder.device(device);
        return choice == Choice.AUTO ? builder.fastPrecision() : builder.precision(usual(device));
    }

    /** A view of a network that computes in it. */
    public Backbone applied(Backbone network, Device device) {
        return network.withPrecision(of(network, device));
    }
}
