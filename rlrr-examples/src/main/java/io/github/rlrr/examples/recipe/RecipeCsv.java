package io.github.rlrr.examples.recipe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A table of published numbers: a header, then a task a line, plain commas. Every cell is checked;
 * one message names all that are wrong.
 */
final class RecipeCsv {

    private static final String RESULT = "published_";

    private final String name;
    private final List<Row> rows = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    private RecipeCsv(String name) {
        this.name = name;
    }

    static RecipeCsv parse(String name, String text) {
        RecipeCsv csv = new RecipeCsv(name);
        List<String> lines = text.lines().toList();
        List<String> header = lines.isEmpty() ? List.of() : List.of(lines.get(0).split(",", -1));
        Set<String> seen = new HashSet<>();
        for (int i = 1; i < lines.size(); i++) {
            String[] cells = lines.get(i).split(",", -1);
            if (cells.length != header.size()) {
                csv.fault(i + 1, cells.length + " columns, expected " + header.size());
                continue;
            }
            Map<String, String> row = new LinkedHashMap<>();
            for (int c = 0; c < cells.length; c++) {
                row.put(header.get(c), cells[c]);
            }
            csv.rows.add(csv.new Row(i + 1, row));
            if (!seen.add(cells[0])) {
                csv.fault(i + 1, "\"" + cells[0] + "\" a second time");
            }
        }
        return csv;
    }

    List<Row> rows() {
        return rows;
    }

    /** The tasks that were made of the cells, unless one of these is wrong. */
    List<BenchmarkTask> checked(List<BenchmarkTask> tasks) {
        if (tasks.isEmpty()) {
            faults.add("no task");
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(name + ": " + String.join("; ", faults));
        }
        return tasks;
    }

    private void fault(int line, String what) {
        faults.add("line " + line + ": " + what);
    }

    /** One task's line. */
    final class Row {

        private final int line;
        private final Map<String, String> cells;

        private Row(int line, Map<String, String> cells) {
            this.line = line;
            this.cells = cells;
        }

        String text(String column) {
            String cell = cells.getOrDefault(column, "");
            if (cell.isBlank()) {
                fault(line, "no " + column);
            }
            return cell;
        }

        int whole(String column) {
            double value = number(column);
            if (!(value >= 1 && value == (int) value)) {
                fault(line, column + " is " + cells.get(column) + ", expected 1 or more");
                return 1;
            }
            return (int) value;
        }

        double number(String column) {
            String cell = text(column);
            try {
                double value = Double.parseDouble(cell);
                if (value >= 0 && Double.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Said below, with the line.
            }
            fault(line, column + " is \"" + cell + "\", expected a number of 0 or more");
            return 0;
        }

        boolean flag(String column) {
            String cell = text(column);
            if (!cell.equals("true") && !cell.equals("false")) {
                fault(line, column + " is \"" + cell + "\", expected true or false");
            }
            return cell.equals("true");
        }

        HyperParameters settings(int epochs) {
            HyperParameters read =
                    new HyperParameters(
                            epochs,
                            number("learning_rate"),
                            number("dropout"),
                            number("weight_decay"),
                            whole("batch_size"));
            List<String> wrong = new ArrayList<>();
            wrong.addAll(
                    HyperParameters.faults(Setting.LEARNING_RATE, List.of(read.learningRate())));
            wrong.addAll(HyperParameters.faults(Setting.DROPOUT, List.of(read.dropout())));
            wrong.forEach(fault -> fault(line, fault));
            return read;
        }

        /** The columns {@code published_vit_b16_augreg} and so on, by the backbone's usual name. */
        Map<String, Double> published() {
            Map<String, Double> results = new LinkedHashMap<>();
            for (String column : cells.keySet()) {
                if (column.startsWith(RESULT)) {
                    double value = number(column);
                    if (value > 100) {
                        fault(line, column + " is " + value + ", expected percent");
                    }
                    results.put(backbone(column.substring(RESULT.length())), value);
                }
            }
            return results;
        }

        private String backbone(String column) {
            return switch (column) {
                case "vit_b16" -> "ViT-B/16";
                case "vit_b16_augreg" -> "ViT-B/16 AugReg";
                case "vit_l16" -> "ViT-L/16";
                case "vit_h14" -> "ViT-H/14";
                case "swin_b" -> "Swin-B";
                default -> column;
            };
        }
    }
}
