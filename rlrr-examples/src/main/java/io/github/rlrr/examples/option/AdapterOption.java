package io.github.rlrr.examples.option;

import io.github.rlrr.vit.inference.AdaptedModel;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The adapter that a command works on. */
public final class AdapterOption {

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            required = true,
            description = "The adapter folder.")
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    public Path folder() {
        return folder;
    }

    /** Opens it on its base; the caller closes both. */
    public AdaptedModel open(BaseOptions base) throws IOException {
        return AdaptedModel.open(folder, base::load);
    }

    /** The same with its matrix products in another type. */
    public AdaptedModel open(BaseOptions base, PrecisionOption precision) throws IOException {
        return open(folder, base, precision);
    }

    /** Opens an adapter on its base with its matrix products in a type; the caller closes both. */
    public static AdaptedModel open(Path folder, BaseOptions base, PrecisionOption precision)
            throws IOException {
        return AdaptedModel.open(
                folder,
                (named, inputs) -> precision.applied(base.load(named, inputs), base.device()));
    }
}
