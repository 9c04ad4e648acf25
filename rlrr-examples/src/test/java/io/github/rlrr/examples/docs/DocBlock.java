package io.github.rlrr.examples.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fenced code block of a page. What is done with it follows from its language, unless an HTML
 * comment right before it asks for less and says why; CONTRIBUTING has the list.
 *
 * @param page the page's path
 * @param line the line of the opening fence, from 1
 * @param language what stands behind the opening fence
 * @param notes the comments before it, by what stands before their colon
 * @param code the lines between the fences
 */
record DocBlock(Path page, int line, String language, Map<String, String> notes, String code) {

    /** What is done with a block, from most to least. */
    enum Treatment {
        RUN,
        COMPILE,
        PARSE,
        NONE
    }

    /** Weaker treatments have to be asked for, with a reason. */
    private static final Map<String, Treatment> WEAKER =
            Map.of(
                    "compiled", Treatment.COMPILE,
                    "parsed", Treatment.PARSE,
                    "not run", Treatment.NONE);

    private static final Set<String> OTHER_NOTES =
            Set.of("before", "arguments", "file", "from", "output not compared");

    private static final Pattern FENCED =
            Pattern.compile(
                    "^((?:<!--(?:(?!-->).)*-->\\R)*)```(\\S*)\\R(.*?)^```$",
                    Pattern.DOTALL | Pattern.MULTILINE);

    private static final Pattern COMMENT =
            Pattern.compile("<!--\\s*([a-z ]+?)\\s*:\\s*((?:(?!-->).)*?)\\s*-->", Pattern.DOTALL);

    /** Reads the blocks of a page in their order. */
    static List<DocBlock> of(Path page) throws IOException {
        String text = Files.readString(page).replace("\r\n", "\n");
        List<DocBlock> blocks = new ArrayList<>();
        for (Matcher fenced = FENCED.matcher(text); fenced.find(); ) {
            Map<String, String> notes = new LinkedHashMap<>();
            for (Matcher note = COMMENT.matcher(fenced.group(1)); note.find(); ) {
                notes.put(note.group(1), note.group(2));
            }
            int line = 1 + (int) text.substring(0, fenced.start(2)).lines().count() - 1;
            blocks.add(new DocBlock(page, line, fenced.group(2), notes, fenced.group(3)));
        }
        return blocks;
    }

    /**
     * What is to be done.
     *
     * @throws IllegalArgumentException for a language or a note that is unknown, or a weaker
     *     treatment without a reason
     */
    Treatment treatment() {
        Treatment treatment = byLanguage();
        for (Map.Entry<String, String> note : notes.entrySet()) {
            Treatment weaker = WEAKER.get(note.getKey());
            if (weaker == null && !OTHER_NOTES.contains(note.getKey())) {
                throw new IllegalArgumentException(
                        this
                                + ": the note \""
                                + note.getKey()
                                + "\" is unknown, expected one of "
                                + WEAKER.keySet()
                                + " or "
                                + OTHER_NOTES);
            }
            if (weaker != null && note.getValue().length() < 8) {
                throw new IllegalArgumentException(
                        this + ": " + note.getKey() + " for no reason, expected one after a colon");
            }
            treatment = weaker == null ? treatment : weaker;
        }
        return treatment;
    }

    private Treatment byLanguage() {
        return switch (language) {
            case "java", "shell", "console" -> Treatment.RUN;
            case "xml", "json", "yaml" -> Treatment.PARSE;
            case "text", "mermaid", "bibtex", "csv" -> Treatment.NONE;
            case "python" -> {
                if (!notes.containsKey("not run")) {
                    throw new IllegalArgumentException(this + ": say why it is not run");
                }
                yield Treatment.NONE;
            }
            default ->
                    throw new IllegalArgumentException(
                            this
                                    + ": the language \""
                                    + language
                                    + "\" is unknown, expected java, shell, console, xml, json,"
                                    + " yaml, csv, python, mermaid, bibtex or text");
        };
    }

    /** Page and line, as editors jump to them. */
    @Override
    public String toString() {
        return page.normalize() + ":" + line;
    }
}
