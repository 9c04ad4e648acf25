package io.github.rlrr.examples.option;

import io.github.rlrr.examples.console.DownloadProgress;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.vit.hub.Hub;
import io.github.rlrr.vit.hub.HubModel;
import io.github.rlrr.vit.hub.HubName;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Turns the text of {@code --checkpoint} into a file: a path, the bundled one, or a hub's. */
public final class Checkpoints {

    /**
     * A checkpoint on this machine.
     *
     * @param name as an adapter should remember it; of a hub's checkpoint with its commit, so that
     *     it never comes to mean other weights
     * @param file the weights
     */
    public record Local(String name, Path file) {}

    private final HubOptions options;
    private final PrintWriter notes;

    /**
     * A resolver.
     *
     * @param notes told what is downloaded; not the stream of results
     */
    public Checkpoints(HubOptions options, PrintWriter notes) {
        this.options = options;
        this.notes = notes;
    }

    Local resolve(String text) throws IOException {
        if (text.equals(Bundled.VIT)) {
            return new Local(text, Bundled.vit());
        }
        if (HubName.isHubName(text)) {
            return fetch(options.hub(), HubName.parse(text));
        }
        if (options.sha256() != null) {
            throw new IllegalArgumentException(
                    "--sha256 is for checkpoints of a hub, and --checkpoint is \"" + text + "\"");
        }
        return new Local(text, Path.of(text));
    }

    /** Downloads a model, with progress for people and for logs. */
    Local fetch(Hub hub, HubName name) throws IOException {
        try (DownloadProgress progress = new DownloadProgress(notes)) {
            HubModel model = hub.fetch(name, options.sha256(), progress);
            return local(model);
        }
    }

    static Local local(HubModel model) {
        return new Local(model.name().toString(), model.weights());
    }
}
