package io.github.rlrr.examples.output;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Tables of text: columns of one width each, the first to the left, the others to the right. */
public final class TextTable {

    private TextTable() {}

    /**
     * Columns in line, two spaces between them.
     *
     * @param rows of equal length, at least one
     */
    public static String of(List<List<String>> rows) {
        return padded(rows).stream()
                .map(row -> String.join("  ", row).stripTrailing() + System.lineSeparator())
                .collect(Collectors.joining());
    }

    /**
     * Pads each cell to its column's width.
     *
     * @param rows of equal length, at least one
     */
    public static List<List<String>> padded(List<List<String>> rows) {
        List<List<String>> padded = new ArrayList<>();
        rows.forEach(row -> padded.add(new ArrayList<>()));
        for (int c = 0; c < rows.get(0).size(); c++) {
            int column = c;
            int width = rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
            for (int r = 0; r < rows.size(); r++) {
                String cell = rows.get(r).get(c);
                String padding = " ".repeat(width - cell.length());
                padded.get(r).add(c == 0 ? cell + padding : padding + cell);
            }
        }
        return padded;
    }
}
