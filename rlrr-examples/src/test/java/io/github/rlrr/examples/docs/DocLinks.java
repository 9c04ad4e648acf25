package io.github.rlrr.examples.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The links of a page to files beside it and to headings, as GitHub resolves them. */
final class DocLinks {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");
    private static final Pattern FENCED =
            Pattern.compile("^```.*?^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.*)$");
    private static final Pattern MARKUP = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");

    private DocLinks() {}

    /** Links to a file that is not there, or to a heading that its page does not have. */
    static List<String> broken(Path page) throws IOException {
        List<String> links =
                LINK.matcher(prose(page)).results().map(found -> found.group(1)).toList();
        List<String> broken = new ArrayList<>();
        for (String link : links) {
            if (!link.contains("://") && !leadsSomewhere(page, link)) {
                broken.add(link);
            }
        }
        return broken;
    }

    private static boolean leadsSomewhere(Path page, String link) throws IOException {
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path file = path.isEmpty() ? page : page.resolveSibling(path);
        return Files.exists(file) && (hash < 0 || anchors(file).contains(link.substring(hash + 1)));
    }

    private static List<String> anchors(Path page) throws IOException {
        return HEADING.matcher(prose(page)).results().map(found -> anchor(found.group(1))).toList();
    }

    private static String anchor(String heading) {
        return MARKUP.matcher(heading)
                .replaceAll("$1")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    private static String prose(Path page) throws IOException {
        return FENCED.matcher(Files.readString(page).replace("\r\n", "\n")).replaceAll("");
    }
}
