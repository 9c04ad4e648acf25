package io.github.rlrr.examples.command;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.Checkpoints;
import io.github.rlrr.examples.option.PreprocessingOptions;
import io.github.rlrr.examples.output.Outputs;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.checkpoint.PublishedAdapter;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rlrr import}: makes an adapter folder of what the published RLRR code saved. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Make an adapter folder of a .pth file that the published RLRR code saved.",
            "Such a file names neither its base nor its classes: give the checkpoint it was trained"
                    + " on, and the classes' names."
        })
public final class ImportCommand implements Callable<Integer> {

    @Mixin private final BaseOptions base = new BaseOptions();

    @Mixin private final PreprocessingOptions images = new PreprocessingOptions();

    @Parameters(paramLabel = "FILE", description = "The .pth file.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "The adapter folder to write.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(
            names = "--classes",
            paramLabel = "FILE",
            description =
                    "A text file with a class name a line, in label order. Default: class-0,"
                            + " class-1, …")
    private @Nullable Path classes;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        Outputs.checkFolder("--out", out);
        SixteenBit asPillow = SixteenBit.CLIP; // the published code reads images with Pillow
        Checkpoints.Local checkpoint = base.find();
        try (Backbone vit = base.load(checkpoint);
                AdaptedBlock adapted = PublishedAdapter.load(vit, file)) {
            Preprocessing preprocessing =
                    images.resolve(
                            base.preprocessing(checkpoint, asPillow),
                            vit.config(),
                            checkpoint.name(),
                            asPillow,
                            spec.commandLine().getErr());
            List<String> names = names(adapted);
            adapted.save(out, new AdapterMetadata(checkpoint.name(), names, preprocessing.toMap()));
            print.println(adapted.parameterReport());
            print.printf("%s classes%n", names.size());
            print.println("adapter   " + out);
        }
        print.flush();
        return 0;
    }

    private List<String> names(AdaptedBlock adapted) throws IOException {
        int count =
                adapted.trainableTensors().stream()
                        .filter(tensor -> tensor.name().equals("head.bias"))
                        .mapToInt(tensor -> (int) tensor.parameter().getShape().size())
                        .findFirst()
                        .orElseThrow();
        List<String> names = new ArrayList<>();
        if (classes == null) {
            for (int i = 0; i < count; i++) {
                names.add("class-" + i);
            }
            return names;
        }
        names.addAll(Files.readAllLines(classes).stream().filter(n -> !n.isBlank()).toList());
        if (names.size() != count) {
            throw new IOException(
                    classes
                            + " has "
                            + names.size()
                            + " names, "
                            + file
                            + " a head for "
                            + count
                            + " classes");
        }
        return names;
    }
}
