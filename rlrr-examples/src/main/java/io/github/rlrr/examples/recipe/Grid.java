package io.github.rlrr.examples.recipe;

import java.util.ArrayList;
import java.util.List;

/** Cells of a table in columns of one width each. */
final class Grid {

    private Grid() {}

    /**
     * Pads each cell to its column's width.
     *
     * @param rows of equal length, at least one
     * @return the first column to the left, the others to the right
     */
    static List<List<String>> padded(List<List<String>> rows) {
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
