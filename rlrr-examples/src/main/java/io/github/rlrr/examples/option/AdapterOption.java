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
}
