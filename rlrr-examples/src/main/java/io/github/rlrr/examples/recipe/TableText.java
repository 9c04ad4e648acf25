package io.github.rlrr.examples.recipe;

import io.github.rlrr.examples.output.TextTable;
import io.github.rlrr.examples.recipe.ResultTable.Column;
import io.github.rlrr.examples.recipe.ResultTable.Kind;
import io.github.rlrr.examples.recipe.ResultTable.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes a table as plain text, as Markdown and as LaTeX. */
final class TableText {

    private static final String NONE = "-";

    private TableText() {}

    /** Columns in line, for a terminal. */
    static String plain(ResultTable table) {
        List<List<String>> grid = TextTable.padded(grid(table, "±"));
        StringBuilder text = new StringBuilder(table.title()).append('\n');
        for (int r = 0; r < grid.size(); r++) {
            String line = String.join("  ", grid.get(r)).stripTrailing();
            boolean afterMean = r > 1 && table.rows().get(r - 2).kind() == Kind.GROUP_MEAN;
            text.append(afterMean ? "\n" : "").append(line).append('\n');
        }
        return text.toString();
    }

    /** A heading and a table; means are bold. */
    static String markdown(ResultTable table) {
        List<List<String>> grid = grid(table, "±");
        StringBuilder text = new StringBuilder("## ").append(table.title()).append("\n\n");
        text.append(markdownLine(grid.get(0)));
        text.append("|---").append("|---:".repeat(grid.get(0).size() - 1)).append("|\n");
        for (int r = 0; r < table.rows().size(); r++) {
            List<String> line = grid.get(r + 1);
            if (table.rows().get(r).kind() != Kind.TASK) {
                line = line.stream().map(c -> c.isEmpty() ? c : "**" + c + "**").toList();
            }
            text.append(markdownLine(line));
        }
        return text.toString();
    }

    private static String markdownLine(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    /** A tabular that needs no package. */
    static String latex(ResultTable table) {
        List<List<String>> grid = grid(table, "$\\pm$");
        StringBuilder text = new StringBuilder("% ").append(table.title()).append('\n');
        text.append("\\begin{tabular}{l").append("r".repeat(grid.get(0).size() - 1)).append("}\n");
        text.append("\\hline\n").append(latexLine(grid.get(0))).append("\\hline\n");
        for (int r = 0; r < table.rows().size(); r++) {
            Kind kind = table.rows().get(r).kind();
            boolean ruled = kind == Kind.MEAN && table.rows().get(r - 1).kind() == Kind.TASK;
            text.append(ruled ? "\\hline\n" : "").append(latexLine(grid.get(r + 1)));
            text.append(kind == Kind.GROUP_MEAN ? "\\hline\n" : "");
        }
        return text.append("\\hline\n\\end{tabular}\n").toString();
    }

    private static String latexLine(List<String> cells) {
        return cells.stream()
                .map(cell -> cell.replaceAll("([_%&#])", "\\\\$1"))
                .collect(Collectors.joining(" & ", "", " \\\\\n"));
    }

    /** The header and a line for each row. */
    private static List<List<String>> grid(ResultTable table, String sign) {
        List<List<String>> lines = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("test accuracy, %"));
        table.columns().forEach(column -> header.add(column.title()));
        table.backbones().forEach(backbone -> header.add("published " + backbone));
        boolean costs = table.rows().stream().anyMatch(row -> row.seconds() > 0);
        if (costs) {
            header.addAll(List.of("time", "peak memory"));
        }
        lines.add(header);
        for (Row row : table.rows()) {
            List<String> line = new ArrayList<>(List.of(row.name()));
            table.columns().forEach(column -> line.add(cell(row, column, sign)));
            for (String backbone : table.backbones()) {
                Double value = row.published().get(backbone);
                line.add(value == null ? NONE : Sample.percent(value));
            }
            boolean task = row.kind() == Kind.TASK;
            if (costs) {
                line.add(task ? time(row.seconds()) : "");
                line.add(task ? memory(row.peakMemoryKib()) : "");
            }
            lines.add(line);
        }
        return lines;
    }

    private static String cell(Row row, Column column, String sign) {
        Sample sample = row.figures().get(column);
        int failed = row.failures().getOrDefault(column, 0);
        if (sample == null) {
            return failed > 0 ? "failed" : NONE;
        }
        return sample.text(sign) + (failed > 0 ? " (" + failed + " failed)" : "");
    }

    private static String time(double seconds) {
        if (seconds == 0) {
            return NONE;
        }
        long whole = Math.max(1, Math.round(seconds));
        return String.format(
                Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole % 3600 / 60, whole % 60);
    }

    private static String memory(long kib) {
        return kib == 0 ? NONE : String.format(Locale.ROOT, "%.1f GiB", kib / 1048576.0);
    }
}
