package io.github.rlrr.examples.option;

import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.Pooling;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import io.github.rlrr.vit.inference.AdaptedModel;
import io.github.rlrr.vit.inference.ImageEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The network that turns images into vectors, and how. */
public final class EmbedderOptions {

    @Mixin private final BaseOptions base = new BaseOptions();

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Embed with this adapter on its base. Default: with --checkpoint alone.")
    private @Nullable Path adapter;

    @Option(
            names = "--pooling",
            paramLabel = "NAME",
            defaultValue = "head",
            description =
                    "What a vector is made of: head, what the head sees; class, the class token; mean,"
                            + " the mean of patches; class-and-mean, both. Default: ${DEFAULT-VALUE}.")
    private String pooling = "head";

    @Mixin private final PreprocessingOptions inputs = new PreprocessingOptions();

    @Mixin private final LimitsOption limits = new LimitsOption();

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "Images at a time. Default: 32.")
    private int batchSize = 32;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    /** What is done with an embedder. */
    @FunctionalInterface
    public interface Use {

        /** Uses it while its network is open. */
        int with(ImageEmbedder embedder) throws IOException;
    }

    /** Images at a time. */
    public int batchSize() {
        return batchSize;
    }

    /** Refuses what is malformed, before anything is read. */
    public void check() {
        if (batchSize < 1) {
            throw new IllegalArgumentException(
                    "--batch-size is " + batchSize + ", expected at least 1");
        }
        limits.limits();
        inputs.check();
        pooling();
    }

    private Pooling pooling() {
        return Arrays.stream(Pooling.values())
                .filter(each -> each.toString().equals(pooling))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "--pooling is \"%s\", expected %s"
                                                .formatted(
                                                        pooling,
                                                        Arrays.stream(Pooling.values())
                                                                .map(Pooling::toString)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    /** Opens the network, and closes it when it has been used. */
    public int use(Use use) throws IOException {
        if (adapter != null) {
            try (AdaptedModel model = AdaptedModel.openWeights(adapter, base::load);
                    Backbone merged = model.vit().merged(model.adapted())) {
                return use.with(embedder(merged, model.preprocessing()));
            }
        }
        Checkpoints.Local found = base.find();
        try (Backbone network = base.load(found)) {
            return use.with(
                    embedder(
                            network,
                            inputs.resolve(
                                    base.preprocessing(found, SixteenBit.SCALE),
                                    network.config(),
                                    found.name(),
                                    SixteenBit.SCALE,
                                    command.commandLine().getErr())));
        }
    }

    private ImageEmbedder embedder(Backbone network, Preprocessing preprocessing) {
        return ImageEmbedder.of(network, preprocessing, limits.limits()).withPooling(pooling());
    }
}
