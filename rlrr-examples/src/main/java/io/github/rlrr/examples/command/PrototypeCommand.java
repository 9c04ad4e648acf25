package io.github.rlrr.examples.command;

import ai.djl.ndarray.NDArray;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.Checkpoints;
import io.github.rlrr.examples.option.DataOptions;
import io.github.rlrr.examples.option.OutsideOption;
import io.github.rlrr.examples.option.PreprocessingOptions;
import io.github.rlrr.examples.output.OutFolder;
import io.github.rlrr.examples.prediction.EmbeddedFiles;
import io.github.rlrr.examples.prediction.ImageFiles;
import io.github.rlrr.examples.run.EmbeddedSet;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.data.ImageSplits;
import io.github.rlrr.vit.data.LoadOptions;
import io.github.rlrr.vit.data.Question;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import io.github.rlrr.vit.inference.AdaptedModel;
import io.github.rlrr.vit.inference.ImageEmbedder;
import io.github.rlrr.vit.inference.NearestNeighbours;
import io.github.rlrr.vit.inference.Prototypes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr prototype}: a classifier without training. */
@Command(
        name = "prototype",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Classify without training: an image belongs to the class whose mean it is nearest to.",
            "Images run through the network once. OUT/adapter is an adapter as finetune writes it."
                    + " With --add-to, such an adapter gets a further class from a few images."
        })
public final class PrototypeCommand implements Callable<Integer> {

    private static final int NEIGHBOURS = 5;
    private static final Question ONE_LABEL = new Question(Tasks.USUAL, List.of(), List.of());

    @Mixin private final BaseOptions base = new BaseOptions();

    @Mixin private final PreprocessingOptions inputs = new PreprocessingOptions();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            required = true,
            description =
                    "The folder of images, or a list such as a CSV file; with --add-to the images of"
                            + " the class.")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(
            names = "--add-to",
            paramLabel = "ADAPTER",
            description = "The adapter that gets a further class; it stays as it is.")
    private @Nullable Path addTo;

    @Option(
            names = "--class",
            paramLabel = "NAME",
            description = "The further class. Default: the name of --data.")
    private @Nullable String added;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Where adapter/ goes.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "Images at a time. Default: 32.")
    private int batchSize = 32;

    @Option(
            names = "--seed",
            defaultValue = "0",
            description = "Of what is cut off for validation and test. Default: 0.")
    private long seed;

    @Mixin private final OutsideOption outside = new OutsideOption();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (batchSize < 1) {
            throw new IllegalArgumentException(
                    "--batch-size is " + batchSize + ", expected at least 1");
        }
        inputs.check();
        PrintWriter print = spec.commandLine().getOut();
        try (OutFolder folder = OutFolder.hold("--out", out)) {
            Path adapter = folder.path().resolve("adapter");
            if (addTo == null) {
                make(adapter, print);
            } else {
                add(addTo, adapter, print);
            }
            print.println("adapter   " + adapter);
        }
        print.flush();
        return 0;
    }

    private void make(Path adapter, PrintWriter print) throws IOException {
        ImageSplits splits = DataOptions.splits(data, seed, outside.allowed(), out, ONE_LABEL);
        List<String> classes = splits.train().classNames();
        Checkpoints.Local checkpoint = base.find();
        try (Backbone network = base.load(checkpoint)) {
            Preprocessing preprocessing =
                    inputs.resolve(
                            base.preprocessing(checkpoint, SixteenBit.SCALE),
                            network.config(),
                            checkpoint.name(),
                            SixteenBit.SCALE,
                            spec.commandLine().getErr());
            EmbeddedSet train = embedded(network, "train", splits.train(), preprocessing);
            Prototypes prototypes = Prototypes.of(train.vectors(), train.labels(), classes.size());
            print.printf(
                    "prototypes of %s classes from %s images%n",
                    classes.size(), train.labels().length);
            NearestNeighbours neighbours =
                    new NearestNeighbours(
                            train.vectors(), train.labels(), classes.size(), NEIGHBOURS);
            judge(
                    "validation",
                    splits.validation(),
                    network,
                    preprocessing,
                    prototypes,
                    neighbours);
            judge("test", splits.test(), network, preprocessing, prototypes, neighbours);
            save(
                    network,
                    prototypes,
                    adapter,
                    new AdapterMetadata(checkpoint.name(), classes, preprocessing.toMap()));
        }
    }

    private void judge(
            String set,
            ImageListing listing,
            Backbone network,
            Preprocessing preprocessing,
            Prototypes prototypes,
            NearestNeighbours neighbours)
            throws IOException {
        if (listing.size() == 0) {
            return;
        }
        EmbeddedSet asked = embedded(network, set, listing, preprocessing);
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%-10s %s images: nearest prototype %.2f %%, %s nearest neighbours %.2f %%%n",
                        set,
                        asked.labels().length,
                        100 * asked.accuracy(prototypes::label),
                        NEIGHBOURS,
                        100 * asked.accuracy(neighbours::label));
    }

    private void add(Path to, Path adapter, PrintWriter print) throws IOException {
        List<Path> files = ImageFiles.of(List.of(data)).told(spec.commandLine().getErr());
        String name = added == null ? String.valueOf(data.toAbsolutePath().getFileName()) : added;
        try (AdaptedModel model = AdaptedModel.open(to, base::load)) {
            List<String> classes = new ArrayList<>(model.metadata().classNames());
            if (classes.contains(name)) {
                throw new IOException(
                        "the class "
                                + name
                                + " is in "
                                + to
                                + " already; for more images of it, make the prototypes anew");
            }
            classes.add(name);
            Prototypes before = prototypes(model.adapted(), to);
            EmbeddedFiles images =
                    EmbeddedFiles.of(
                            files,
                            ImageEmbedder.of(model.vit(), model.preprocessing()),
                            batchSize,
                            spec.commandLine().getErr());
            Prototypes further =
                    Prototypes.of(images.vectors(), new int[images.vectors().length], 1);
            print.printf(
                    "%s from %s images is one of %s classes now%n",
                    name, images.vectors().length, classes.size());
            AdapterMetadata said = model.metadata();
            save(
                    model.vit(),
                    before.with(further),
                    adapter,
                    new AdapterMetadata(said.baseModel(), classes, said.preprocessing()));
        }
    }

    private static Prototypes prototypes(AdaptedBlock adapted, Path folder) throws IOException {
        if (!(adapted.config() instanceof LinearProbeConfig)) {
            throw new IOException(
                    folder
                            + " is of the method "
                            + adapted.config().method()
                            + ", expected an adapter of rlrr prototype");
        }
        try {
            return Prototypes.ofHead(
                    tensor(adapted, "head.weight").parameter().getArray().toFloatArray(),
                    tensor(adapted, "head.bias").parameter().getArray().toFloatArray());
        } catch (IllegalArgumentException e) {
            throw new IOException(folder + ": " + e.getMessage(), e);
        }
    }

    private static TrainableTensor tensor(AdaptedBlock adapted, String name) {
        return adapted.trainableTensors().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("it has no " + name));
    }

    private EmbeddedSet embedded(
            Backbone network, String set, ImageListing listing, Preprocessing preprocessing)
            throws IOException {
        ImageDataset images =
                DataOptions.read(
                        "reading " + set,
                        listing,
                        preprocessing,
                        Augmentation.NONE,
                        LoadOptions.defaults());
        return EmbeddedSet.of(network, images, batchSize, set, base.device());
    }

    private static void save(
            Backbone network, Prototypes prototypes, Path folder, AdapterMetadata metadata)
            throws IOException {
        Backbone vit = network.withHead(metadata.classNames().size());
        try (AdaptedBlock adapted = Rlrr.adapt(vit, new LinearProbeConfig())) {
            set(tensor(adapted, "head.weight"), prototypes.weight());
            set(tensor(adapted, "head.bias"), prototypes.bias());
            adapted.save(folder, metadata);
        }
    }

    /** A fresh head is zero; adding keeps the array, and the engine quiet. */
    private static void set(TrainableTensor tensor, float[] values) {
        NDArray array = tensor.parameter().getArray();
        try (GradMode off = GradMode.off();
                NDArray added = array.getManager().create(values, array.getShape())) {
            off.suppressNotUsedWarning();
            array.addi(added);
        }
    }
}
