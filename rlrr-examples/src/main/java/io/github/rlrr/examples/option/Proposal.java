package io.github.rlrr.examples.option;

import io.github.rlrr.examples.console.DownloadProgress;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.examples.option.Checkpoints.Local;
import io.github.rlrr.vit.hub.Hub;
import io.github.rlrr.vit.hub.HubModel;
import io.github.rlrr.vit.hub.HubName;
import io.github.rlrr.vit.hub.HubOffer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The checkpoint that {@code finetune} takes when none is named: said by name, then fetched. */
public final class Proposal {

    /** DINOv2 ViT-S/14 with registers, at 224 pixels; docs/checkpoints.md says why. */
    static final HubName NAME = HubName.parse("hf:facebook/dinov2-with-registers-small");

    private static final String WHAT =
            NAME + ": DINOv2 ViT-S/14 with registers, 22 million parameters, licence Apache-2.0";

    private static final String OTHERS =
            "name another with --checkpoint FILE, or take the small bundled one with --checkpoint "
                    + Bundled.VIT;

    private final Hub hub;
    private final Checkpoints checkpoints;
    private final PrintWriter notes;
    private final @Nullable UnaryOperator<@Nullable String> ask;

    /**
     * A proposal.
     *
     * @param ask puts a question to a person and returns the answer, or null when nobody is to be
     *     asked
     */
    public Proposal(
            Hub hub,
            Checkpoints checkpoints,
            PrintWriter notes,
            @Nullable UnaryOperator<@Nullable String> ask) {
        this.hub = hub;
        this.checkpoints = checkpoints;
        this.notes = notes;
        this.ask = ask;
    }

    /**
     * Finds the checkpoint in the cache or fetches it.
     *
     * @throws IOException in one line that names the alternatives: it cannot be had, or is declined
     */
    public Local accept() throws IOException {
        Optional<HubModel> cached = hub.cached(NAME);
        if (cached.isPresent()) {
            say("no --checkpoint given: using " + NAME + " from the cache");
            return checkpoints.fetch(hub, cached.get().name());
        }
        try (DownloadProgress progress = new DownloadProgress(notes)) {
            HubOffer offer = hub.look(NAME, progress);
            say("no --checkpoint given: proposing " + WHAT);
            say(
                    String.format(
                            Locale.ROOT,
                            "it is a download of %s from %s, kept in %s",
                            size(offer.bytes()),
                            hub.settings().endpoint(),
                            hub.settings().cache()));
            if (agreed()) {
                return checkpoints.fetch(hub, NAME);
            }
        } catch (IOException e) {
            throw new IOException(
                    "no --checkpoint given, and the proposed one cannot be had: "
                            + e.getMessage()
                            + "; or "
                            + OTHERS,
                    e);
        }
        throw new IOException("nothing was downloaded; " + OTHERS);
    }

    private static String size(long bytes) {
        return bytes < 0 ? "about 88 MB" : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private void say(String line) {
        notes.println(line);
        notes.flush();
    }

    private boolean agreed() {
        if (ask == null) {
            return true;
        }
        String answer = ask.apply("Download it? [Y/n] ");
        return answer != null
                && (answer.isBlank() || answer.strip().toLowerCase(Locale.ROOT).startsWith("y"));
    }
}
