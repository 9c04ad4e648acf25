package io.github.rlrr.examples.command;

import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.option.EmbedderOptions;
import io.github.rlrr.examples.output.Outputs;
import io.github.rlrr.examples.prediction.EmbeddedFiles;
import io.github.rlrr.examples.prediction.ImageFiles;
import io.github.rlrr.examples.prediction.PredictionCsv;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.tensor.NpyWriter;
import io.github.rlrr.vit.inference.ImageEmbedder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rlrr embed}: the vectors of images. */
@Command(
        name = "embed",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Turn images into vectors, for a search, a clustering or another program.",
            "vectors.npy is a NumPy array of float32, a row an image, and vectors.images.csv beside"
                    + " it names the images in the same order; vectors.csv has both, a column a"
                    + " number. A file that is no readable image is reported and left out; the exit"
                    + " code is then 1."
        })
public final class EmbedCommand implements Callable<Integer> {

    @Mixin private final EmbedderOptions embedders = new EmbedderOptions();

    @Option(names = "--normalise", description = "Scale each vector to the length 1.")
    private boolean normalise;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "Where to: FILE.npy or FILE.csv.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description = "Image files, or folders of them at any depth.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> images;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        embedders.check();
        Outputs.checkFile("--out", out);
        boolean csv = ends(".csv");
        if (!csv && !ends(".npy")) {
            throw new IllegalArgumentException(
                    "--out is " + out + ", expected a name that ends in .npy or .csv");
        }
        ImageFiles found = ImageFiles.of(images);
        PrintWriter err = spec.commandLine().getErr();
        List<Path> files = found.told(err);
        return embedders.use(
                embedder -> {
                    ImageEmbedder used = normalise ? embedder.normalised() : embedder;
                    EmbeddedFiles embedded =
                            EmbeddedFiles.of(files, used, embedders.batchSize(), err);
                    PrintWriter print = spec.commandLine().getOut();
                    print.printf(
                            "embedded %s of %s images, %s numbers each%n",
                            embedded.files().size(),
                            found.files().size() + found.unread().images(),
                            embedded.vectors()[0].length);
                    for (Path file : csv ? table(embedded) : array(embedded)) {
                        print.println("written  " + file);
                    }
                    print.flush();
                    boolean whole = embedded.unreadable() + found.unread().images() == 0;
                    return whole ? 0 : Fault.EXIT_CODE;
                });
    }

    private boolean ends(String ending) {
        return out.toString().toLowerCase(Locale.ROOT).endsWith(ending);
    }

    private List<Path> array(EmbeddedFiles embedded) throws IOException {
        NpyWriter.write(out, embedded.vectors());
        String name = Objects.requireNonNull(out.getFileName()).toString();
        Path names = out.resolveSibling(name.substring(0, name.length() - 4) + ".images.csv");
        StringBuilder lines = new StringBuilder("image\r\n");
        for (Path file : embedded.files()) {
            lines.append(PredictionCsv.field(file.toString())).append("\r\n");
        }
        AtomicFile.write(names, AtomicFile.text(lines.toString()));
        return List.of(out, names);
    }

    private List<Path> table(EmbeddedFiles embedded) throws IOException {
        AtomicFile.write(
                out,
                stream -> {
                    StringBuilder line = new StringBuilder("image");
                    for (int i = 0; i < embedded.vectors()[0].length; i++) {
                        line.append(",v").append(i);
                    }
                    for (int row = 0; row < embedded.files().size(); row++) {
                        stream.write(
                                line.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
                        line.setLength(0);
                        line.append(PredictionCsv.field(embedded.files().get(row).toString()));
                        for (float value : embedded.vectors()[row]) {
                            line.append(',').append(value);
                        }
                    }
                    stream.write(line.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
                });
        return List.of(out);
    }
}
