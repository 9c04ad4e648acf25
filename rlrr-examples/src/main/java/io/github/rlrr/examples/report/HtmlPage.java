package io.github.rlrr.examples.report;

import io.github.rlrr.io.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A page in one file that needs no other, no script and no network; for light and dark screens,
 * telephones and paper.
 */
final class HtmlPage {

    private HtmlPage() {}

    /**
     * Writes a page.
     *
     * @param title text
     * @param body HTML
     */
    static void write(Path file, String title, String body) throws IOException {
        AtomicFile.write(file, content(title, body));
    }

    /**
     * A page, as a file's content.
     *
     * @param title text
     * @param body HTML
     */
    static AtomicFile.Content content(String title, String body) throws IOException {
        String page =
                Html.fill(
                                "<!DOCTYPE html>%n<html lang=\"en\"><head><meta"
                                        + " charset=\"utf-8\">%n<meta name=\"viewport\""
                                        + " content=\"width=device-width, initial-scale=1\">%n"
                                        + "<meta name=\"color-scheme\" content=\"light dark\">%n"
                                        + "<meta http-equiv=\"Content-Security-Policy\""
                                        + " content=\"default-src 'none'; img-src data:; style-src"
                                        + " 'unsafe-inline'\">%n<title>%s</title>%n<style>%n",
                                title)
                        + style()
                        + "</style></head>\n<body>\n"
                        + body
                        + "</body></html>\n";
        return AtomicFile.text(page);
    }

    private static String style() throws IOException {
        try (InputStream in = HtmlPage.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IOException("the resource report.css is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
