package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The matrices of timm's parallel blocks, which hold several layers, as pieces of their own:
 *
 * <pre>
 *   in_proj (hidden + 3·D, D)     rows      in_proj.mlp, in_proj.q, in_proj.k, in_proj.v
 *   out_proj (D, D + hidden)      columns   out_proj.attn, out_proj.mlp; the bias is the latter's
 * </pre>
 */
final class ParallelBlocks {

    private static final Pattern WHOLE =
            Pattern.compile("(blocks\\.\\d+\\.)(in|out)_proj\\.(weight|bias)");

    private static final List<String> ROWS = List.of("mlp", "q", "k", "v");

    private ParallelBlocks() {}

    /** Whether a model has such. */
    static boolean isOf(VitConfig config) {
        return config.variations().contains(VitVariation.PARALLEL);
    }

    /**
     * A piece of a tensor.
     *
     * @param tensor the whole
     * @param from the first row, or column where it has fewer columns than the whole
     * @param shape of the piece
     * @param columns of the whole, 1 for a vector
     */
    record Piece(String tensor, int from, Shape shape, int columns) {

        /** Its values of those of the whole. */
        float[] of(float[] whole) {
            int rows = Math.toIntExact(shape.get(0));
            int width = shape.dimension() == 1 ? 1 : Math.toIntExact(shape.get(1));
            boolean sideBySide = width < columns;
            float[] values = new float[rows * width];
            for (int row = 0; row < rows; row++) {
                int at = sideBySide ? row * columns + from : (from + row) * columns;
                System.arraycopy(whole, at, values, row * width, width);
            }
            return values;
        }
    }

    /** Puts pieces in place of wholes in a list of tensors; others are left as they are. */
    static Map<String, Piece> split(Map<String, TensorInfo> tensors) {
        Map<String, Piece> pieces = new LinkedHashMap<>();
        for (TensorInfo info : new ArrayList<>(tensors.values())) {
            Matcher name = WHOLE.matcher(info.name());
            TensorInfo norm = name.matches() ? tensors.get(name.group(1) + "in_norm.weight") : null;
            if (norm == null || norm.shape().dimension() != 1) {
                continue;
            }
            long width = norm.shape().get(0);
            Map<String, Piece> parts = pieces(name, info.shape(), width);
            if (!parts.isEmpty()) {
                tensors.remove(info.name());
                parts.forEach(
                        (path, piece) ->
                                tensors.put(
                                        path, new TensorInfo(path, info.type(), piece.shape())));
                pieces.putAll(parts);
            }
        }
        return pieces;
    }

    private static Map<String, Piece> pieces(Matcher name, Shape shape, long width) {
        String whole = name.group();
        String before = name.group(1) + name.group(2) + "_proj.";
        String last = "." + name.group(3);
        Map<String, Piece> parts = new LinkedHashMap<>();
        boolean matrix = shape.dimension() == 2;
        int columns = matrix ? Math.toIntExact(shape.get(1)) : 1;
        if (name.group(2).equals("in")) {
            long hidden = shape.get(0) - 3 * width;
            long from = 0;
            for (String part : hidden > 0 ? ROWS : List.<String>of()) {
                long rows = from == 0 ? hidden : width;
                Shape own = matrix ? new Shape(rows, columns) : new Shape(rows);
                parts.put(before + part + last, new Piece(whole, (int) from, own, columns));
                from += rows;
            }
        } else if (matrix && columns > width) {
            Shape own = new Shape(shape.get(0), width);
            Shape other = new Shape(shape.get(0), columns - width);
            parts.put(before + "attn" + last, new Piece(whole, 0, own, columns));
            parts.put(before + "mlp" + last, new Piece(whole, (int) width, other, columns));
        } else if (!matrix) {
            parts.put(before + "mlp" + last, new Piece(whole, 0, shape, 1));
        }
        return parts;
    }

    /** Makes wholes of pieces. */
    static void join(Map<String, NDArray> arrays) {
        Map<String, NDList> wholes = new LinkedHashMap<>();
        for (String name : new ArrayList<>(arrays.keySet())) {
            String whole = name.replaceFirst("_proj\\.(mlp|q|k|v|attn)\\.", "_proj.");
            if (!whole.equals(name)) {
                wholes.computeIfAbsent(whole, n -> new NDList());
            }
        }
        wholes.forEach(
                (whole, parts) -> {
                    boolean in = whole.contains(".in_proj.");
                    for (String part : in ? ROWS : List.of("attn", "mlp")) {
                        NDArray piece =
                                arrays.remove(whole.replace("_proj.", "_proj." + part + "."));
                        if (piece != null) {
                            parts.add(piece);
                        }
                    }
                    arrays.put(
                            whole,
                            parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts, in ? 0 : 1));
                });
    }
}
