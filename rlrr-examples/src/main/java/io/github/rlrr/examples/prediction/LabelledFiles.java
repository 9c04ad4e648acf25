package io.github.rlrr.examples.prediction;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.examples.console.Terminal;
import io.github.rlrr.io.OneLine;
import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.Regression;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.inference.Answer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Says what images were labelled as: in lines, in a CSV file, or both; faults apart. */
public final class LabelledFiles implements AutoCloseable {

    /** What is printed of an image. */
    public enum Lines {
        TEXT,
        JSON,
        NONE
    }

    private final PrintWriter out;
    private final PrintWriter err;
    private final Lines lines;
    private final int top;
    private final @Nullable ProgressBar bar;
    private @Nullable PredictionFile csv;
    private int unreadable;

    /**
     * Starts a bar where a person watches and no lines show how far it is.
     *
     * @param top labels a text line group has
     * @param files how many will come
     */
    public LabelledFiles(CommandLine command, Lines lines, int top, int files) {
        out = command.getOut();
        err = command.getErr();
        this.lines = lines;
        this.top = top;
        bar =
                lines == Lines.NONE && Terminal.isInteractive()
                        ? Progress.bar("labelling", files)
                        : null;
    }

    /** Writes rows from now on, after those that are there. */
    public void into(PredictionFile file) {
        csv = file;
        unreadable = file.unreadable();
        if (bar != null) {
            bar.stepTo(file.done());
        }
    }

    /** The files that are no readable images, so far. */
    public int unreadable() {
        return unreadable;
    }

    /** An image was classified. */
    void labelled(Path path, Answer answer) throws IOException {
        if (csv != null) {
            csv.row(path, answer);
        }
        if (lines == Lines.JSON) {
            out.println(json(path, answer));
        } else if (lines == Lines.TEXT) {
            text(path, answer);
        }
        step();
    }

    /** All files so far have been handed over. */
    void batchEnded() throws IOException {
        if (csv != null) {
            csv.flush();
        }
    }

    /** A file is no image that can be read. */
    void unreadable(ImageDecodeException fault) {
        unreadable++;
        err.println("rlrr: left out: " + OneLine.of(String.valueOf(fault.getMessage())));
        err.flush();
        step();
    }

    private void step() {
        if (bar != null) {
            bar.step();
        }
    }

    private void text(Path path, Answer answer) {
        String task = answer.task().name();
        String remark = answer.accepted() ? "" : "   (rejected: below the threshold)";
        if (task.equals(MultiLabel.NAME)) {
            remark = "   " + (answer.labels().isEmpty() ? "-" : String.join(", ", answer.labels()));
        }
        out.println(OneLine.of(path + remark));
        if (task.equals(Regression.NAME)) {
            answer.byName()
                    .forEach(
                            (name, value) ->
                                    out.printf(
                                            Locale.ROOT,
                                            "  %12.6g  %s%n",
                                            value,
                                            OneLine.of(name)));
            return;
        }
        answer.ranked().stream()
                .limit(top)
                .forEach(
                        each ->
                                out.printf(
                                        Locale.ROOT,
                                        "  %9.5f %%  %s%n",
                                        100 * each.probability(),
                                        OneLine.of(each.name())));
    }

    private static String json(Path path, Answer answer) {
        JsonObject byName = new JsonObject();
        answer.byName().forEach(byName::addProperty);
        JsonObject line = new JsonObject();
        line.addProperty("image", path.toString());
        switch (answer.task().name()) {
            case Regression.NAME -> line.add("values", byName);
            case MultiLabel.NAME -> {
                line.add("labels", new Gson().toJsonTree(answer.labels()));
                line.add("probabilities", byName);
            }
            default -> {
                line.addProperty("label", answer.ranked().get(0).name());
                line.addProperty("accepted", answer.accepted());
                line.add("probabilities", byName);
            }
        }
        return new Gson().toJson(line);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
