package io.github.rlrr.examples.option;

import ai.djl.Device;
import io.github.rlrr.examples.console.Terminal;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.examples.machine.Devices;
import io.github.rlrr.examples.option.Checkpoints.Local;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.checkpoint.BackboneFamily;
import io.github.rlrr.vit.checkpoint.Backbones;
import io.github.rlrr.vit.checkpoint.CheckpointDescription;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which frozen model a command works on, and where. */
public final class BaseOptions {

    /** Suggests the presets' names. */
    static final class Presets extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Presets() {
            super(VitConfig.presetNames());
        }
    }

    @Option(
            names = "--checkpoint",
            paramLabel = "PATH",
            description =
                    "A Vision Transformer: Google .npz, timm or Hugging Face .safetensors or .pth, a"
                            + " folder with one and its config.json; of several models in a"
                            + " file FILE#NAME; on a hub hf:owner/name or"
                            + " timm:name; or "
                            + Bundled.VIT
                            + ". Default: the one an adapter names; finetune proposes one.")
    private @Nullable String checkpoint;

    @Mixin private final HubOptions hub = new HubOptions();

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            completionCandidates = Presets.class,
            description =
                    "The checkpoint's geometry: ${COMPLETION-CANDIDATES}. Default: read off the"
                            + " file.")
    private @Nullable String preset;

    @Option(
            names = "--image-size",
            paramLabel = "PIXELS",
            description =
                    "The input's side, or its height and width as 224x384, in multiples of the patch"
                            + " size; position embeddings are resized. Default: the checkpoint's.")
    private @Nullable String imageSize;

    @Option(
            names = "--half-weights",
            description =
                    "Hold the weight matrices of the encoder blocks in float16, half the memory. An"
                            + " adapter trained so needs it again.")
    private boolean halfWeights;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "Where to compute: cpu or gpu:0. Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Mixin private final ThreadsOption threads = new ThreadsOption();

    /** What is asked for, else what an adapter remembers, else the bundled one. */
    private String name(@Nullable String remembered) {
        if (checkpoint != null) {
            return checkpoint;
        }
        return remembered == null || remembered.isEmpty() ? Bundled.VIT : remembered;
    }

    public Device device() {
        return Devices.open(device);
    }

    /** Finds the checkpoint that was asked for, else the bundled one. */
    public Local find() throws IOException {
        return checkpoints().resolve(name(null));
    }

    /**
     * Finds another checkpoint.
     *
     * @param text what {@code --checkpoint} takes too
     */
    public Local find(String text) throws IOException {
        return checkpoints().resolve(text);
    }

    /**
     * Finds the checkpoint that was asked for, else proposes one.
     *
     * @param yes true to take what is proposed without asking
     */
    public Local findOrPropose(boolean yes) throws IOException {
        if (checkpoint != null) {
            return find();
        }
        boolean asks = !yes && Terminal.isInteractive();
        return new Proposal(
                        hub.hub(),
                        checkpoints(),
                        command.commandLine().getErr(),
                        asks ? Terminal::ask : null)
                .accept();
    }

    private Checkpoints checkpoints() {
        return new Checkpoints(hub, command.commandLine().getErr());
    }

    /** Loads a model that was found; the caller closes it. */
    public Backbone load(Local found) throws IOException {
        return load(found, imageSize());
    }

    /**
     * How a model's inputs are prepared, as far as its checkpoint says.
     *
     * @param usual how 16-bit grey is read where it says nothing of that
     */
    public Optional<Preprocessing> preprocessing(Local found, SixteenBit usual) throws IOException {
        if (found.name().equals(Bundled.VIT)) {
            // As it was trained, on 8-bit images: it says nothing of others.
            return Optional.of(Preprocessing.vitDefault(1).withSixteenBit(usual));
        }
        CheckpointDescription said = Backbones.of(found.file()).describe(found.file());
        SixteenBit way = said.sixteenBit();
        return said.preprocessing().map(p -> p.withSixteenBit(way == null ? usual : way));
    }

    /**
     * How a whole image becomes a model's input, normalised as its checkpoint says; 16-bit grey is
     * scaled by its depth where that says nothing.
     *
     * @param config the model's, whose size the input has
     */
    public Preprocessing preprocessing(Local found, BackboneConfig config) throws IOException {
        int height = config.imageHeight();
        return preprocessing(found, SixteenBit.SCALE)
                .orElse(Preprocessing.vitDefault(height))
                .withSize(height, config.imageWidth());
    }

    /** Refuses what says how a base is found and loaded, where there is none. */
    public void requireNoBase() {
        List<String> given = new ArrayList<>();
        if (checkpoint != null) {
            given.add("--checkpoint");
        }
        if (preset != null) {
            given.add("--preset");
        }
        if (imageSize != null) {
            given.add("--image-size");
        }
        if (halfWeights) {
            given.add("--half-weights");
        }
        if (!given.isEmpty()) {
            String names = String.join(", ", given);
            throw new IllegalArgumentException(
                    names + " is for the base of an adapter; --model is a whole model");
        }
    }

    /** Whether weights are rounded, which gives other results. */
    public boolean holdsHalfWeights() {
        return halfWeights;
    }

    /** Height and width, or null where they were not given. */
    private int @Nullable [] imageSize() {
        if (imageSize == null) {
            return null;
        }
        if (!imageSize.matches("\\d{1,9}(x\\d{1,9})?")) {
            throw new IllegalArgumentException(
                    "--image-size is \""
                            + imageSize
                            + "\", expected pixels such as 224, or height and width such as 224x384");
        }
        String[] sides = imageSize.split("x", 2);
        return new int[] {Integer.parseInt(sides[0]), Integer.parseInt(sides[sides.length - 1])};
    }

    /**
     * Loads the model an adapter was trained on, unless another is asked for.
     *
     * @param remembered the checkpoint the adapter names
     * @param preprocessing the adapter's, whose size is the model's input, or null
     * @return the model; the caller closes it
     */
    public Backbone load(String remembered, @Nullable Preprocessing preprocessing)
            throws IOException {
        int[] size = imageSize();
        if (size == null && preprocessing != null) {
            size = new int[] {preprocessing.height(), preprocessing.width()};
        }
        return load(checkpoints().resolve(name(remembered)), size);
    }

    /** Tells the engine how many threads it was given. */
    public void useThreads() {
        threads.use();
    }

    private Backbone load(Local found, int @Nullable [] size) throws IOException {
        useThreads();
        Path file = found.file();
        BackboneFamily family = Backbones.of(file);
        BackboneConfig config =
                preset == null ? family.describe(file).config() : family.preset(preset, file);
        if (size != null) {
            config = config.withImageSize(size[0], size[1]);
        }
        return family.load(file, config, device(), halfWeights);
    }
}
