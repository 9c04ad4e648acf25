package io.github.rlrr.examples.report;

import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.inference.ImageEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What a search found, as a page with the pictures as the network sees them. */
public final class SearchPage {

    private SearchPage() {}

    /**
     * An image that was found.
     *
     * @param file where it lies
     * @param cosine between its vector and that of what was asked for
     */
    public record Found(Path file, double cosine) {}

    /**
     * What was found for an image.
     *
     * @param asked the image
     * @param found the nearest first
     */
    public record Answer(Path asked, List<Found> found) {}

    /**
     * Writes the page.
     *
     * @param embedder reads the images as it did
     */
    public static void write(Path file, List<Answer> answers, ImageEmbedder embedder)
            throws IOException {
        StringBuilder body = new StringBuilder("<h1>Nearest images</h1>\n");
        for (Answer answer : answers) {
            body.append("<h2>").append(Html.escape(answer.asked().toString())).append("</h2>\n");
            body.append("<div class=\"pictures\">\n");
            figure(body, answer.asked(), "asked for", embedder);
            for (Found each : answer.found()) {
                String caption = Html.fill("%.4f %s", each.cosine(), name(each.file()));
                figure(body, each.file(), caption, embedder);
            }
            body.append("</div>\n");
        }
        HtmlPage.write(file, "Nearest images", body.toString());
    }

    private static String name(Path file) {
        Path parent = file.getParent();
        Path folder = parent == null ? null : parent.getFileName();
        return (folder == null ? "" : folder + "/") + file.getFileName();
    }

    private static void figure(
            StringBuilder body, Path file, String caption, ImageEmbedder embedder)
            throws IOException {
        String address;
        try {
            address = Thumbnails.address(embedder.prepare(ImageSource.of(file)));
        } catch (ImageDecodeException e) {
            return; // it has been deleted meanwhile
        }
        body.append("<figure><img alt=\"")
                .append(Html.escape(file.toString()))
                .append("\" src=\"")
                .append(address)
                .append("\"><figcaption>")
                .append(caption)
                .append("</figcaption></figure>\n");
    }
}
