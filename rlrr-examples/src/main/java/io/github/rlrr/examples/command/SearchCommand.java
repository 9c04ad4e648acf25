package io.github.rlrr.examples.command;

import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.option.EmbedderOptions;
import io.github.rlrr.examples.output.Outputs;
import io.github.rlrr.examples.prediction.EmbeddedFiles;
import io.github.rlrr.examples.prediction.ImageFiles;
import io.github.rlrr.examples.report.SearchPage;
import io.github.rlrr.io.OneLine;
import io.github.rlrr.vit.inference.ImageEmbedder;
import io.github.rlrr.vit.inference.NearestVectors;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rlrr search}: the images of a folder that look most like an image. */
@Command(
        name = "search",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Find the images of a folder that look most like an image.",
            "All of them are compared, by the cosine between their vectors: 1 is the same picture."
        })
public final class SearchCommand implements Callable<Integer> {

    @Mixin private final EmbedderOptions embedders = new EmbedderOptions();

    @Option(
            names = "--in",
            paramLabel = "DIR",
            required = true,
            description = "Where to look: a folder of images at any depth.")
    @SuppressWarnings("NullAway.Init")
    private Path in;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "8",
            description = "Images found. Default: 8.")
    private int top = 8;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Also write a page with the pictures, such as found.html.")
    private @Nullable Path out;

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "Images to look for.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> images;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        embedders.check();
        if (top < 1) {
            throw new IllegalArgumentException("--top is " + top + ", expected at least 1");
        }
        if (!Files.isDirectory(in)) {
            throw new IllegalArgumentException("--in is " + in + ", expected a folder of images");
        }
        Outputs.checkFile("--out", out);
        PrintWriter err = spec.commandLine().getErr();
        List<Path> asked = ImageFiles.of(images).told(err);
        List<Path> searched = ImageFiles.of(List.of(in)).told(err);
        return embedders.use(embedder -> search(embedder.normalised(), asked, searched));
    }

    private int search(ImageEmbedder embedder, List<Path> asked, List<Path> searched)
            throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        int batch = embedders.batchSize();
        EmbeddedFiles queries = EmbeddedFiles.of(asked, embedder, batch, err);
        EmbeddedFiles all = EmbeddedFiles.of(searched, embedder, batch, err);
        NearestVectors nearest = new NearestVectors(all.vectors());
        List<SearchPage.Answer> answers = new ArrayList<>();
        for (int i = 0; i < queries.files().size(); i++) {
            List<SearchPage.Found> found = new ArrayList<>();
            for (NearestVectors.Neighbour each : nearest.nearest(queries.vectors()[i], top)) {
                found.add(
                        new SearchPage.Found(
                                all.files().get(each.index()), cosine(each.distance())));
            }
            SearchPage.Answer answer = new SearchPage.Answer(queries.files().get(i), found);
            print.println(OneLine.of(answer.asked().toString()));
            for (SearchPage.Found each : found) {
                print.printf(
                        Locale.ROOT,
                        "  %.4f  %s%n",
                        each.cosine(),
                        OneLine.of(each.file().toString()));
            }
            answers.add(answer);
        }
        if (out != null) {
            SearchPage.write(out, answers, embedder);
            print.println("page      " + out);
        }
        print.flush();
        return queries.unreadable() + all.unreadable() == 0 ? 0 : Fault.EXIT_CODE;
    }

    /** Of two vectors of length 1. */
    private static double cosine(double distance) {
        return 1 - distance * distance / 2;
    }
}
