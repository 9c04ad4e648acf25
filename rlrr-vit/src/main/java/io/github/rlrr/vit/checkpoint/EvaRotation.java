package io.github.rlrr.vit.checkpoint;

import com.google.gson.JsonElement;
import io.github.rlrr.vit.part.Rotary;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How timm's class {@code Eva} says a rotation: the arguments {@code rope_…} and two more. */
final class EvaRotation {

    /** The argument that says whether there is a rotation. */
    static final String USED = "use_rot_pos_emb";

    /** This library's addition beside the arguments: the type of the periods. */
    static final String PERIODS = "rope_periods";

    private static final String KIND = "rope_type";
    private static final String HALVES = "rope_rotate_half";
    private static final String TEMPERATURE = "rope_temperature";
    private static final String OFFSET = "rope_grid_offset";
    private static final String ORDER = "rope_grid_indexing";
    private static final String REFERENCE = "ref_feat_shape";

    private EvaRotation() {}

    /** Arguments go before the architecture; null for no rotation. */
    private static @Nullable Rotary read(JsonFields from, @Nullable Rotary architecture)
            throws IOException {
        if (!from.flag(USED, architecture != null)) {
            return null;
        }
        Rotary usual = architecture == null ? Rotary.USUAL : architecture;
        Rotary.Kind kind =
                switch (from.text(KIND, kindName(usual.kind()))) {
                    case "cat" -> Rotary.Kind.GRID;
                    case "dinov3" -> Rotary.Kind.CENTRED;
                    case "mixed" -> Rotary.Kind.LEARNED;
                    default -> throw from.unsupported(KIND, "another rotation");
                };
        boolean columnsFirst =
                switch (from.text(ORDER, usual.columnsFirst() ? "xy" : "ij")) {
                    case "xy" -> true;
                    case "ij" -> false;
                    default -> throw from.fault(ORDER, "ij or xy");
                };
        try {
            return new Rotary(
                    kind,
                    from.flag(HALVES, usual.halves()),
                    from.number(TEMPERATURE, usual.temperature()),
                    from.number(OFFSET, usual.offset()),
                    columnsFirst,
                    reference(from, usual.reference()));
        } catch (IllegalArgumentException e) {
            throw new IOException(from.file() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads it.
     *
     * @param file the whole configuration
     * @param from its arguments, or null
     * @param architecture what the architecture has where they do not say; null for none
     * @return the rotation; null for none
     */
    static @Nullable Rotary read(
            JsonFields file, @Nullable JsonFields from, @Nullable Rotary architecture)
            throws IOException {
        Rotary rotary = from == null ? architecture : read(from, architecture);
        boolean rounded =
                switch (file.text(PERIODS, "float32")) {
                    case "float32" -> false;
                    case "bfloat16" -> true;
                    default -> throw file.fault(PERIODS, "float32 or bfloat16");
                };
        return rotary != null && rotary.kind() == Rotary.Kind.CENTRED && rounded
                ? rotary.withBfloat16Periods()
                : rotary;
    }

    private static String kindName(Rotary.Kind kind) {
        return switch (kind) {
            case GRID -> "cat";
            case CENTRED, CENTRED_BFLOAT16 -> "dinov3";
            case LEARNED -> "mixed";
        };
    }

    private static int reference(JsonFields from, int usual) throws IOException {
        JsonElement said = from.json().get(REFERENCE);
        if (said == null) {
            return usual;
        }
        int[] sides = HuggingFaceConfig.square(from, REFERENCE);
        if (sides != null && sides[0] != sides[1]) {
            throw from.unsupported(REFERENCE, "a reference that is not square");
        }
        return sides == null ? 0 : sides[0];
    }

    /** All arguments of a rotation, as {@link #read} reads them. */
    static Map<String, Object> arguments(@Nullable Rotary rotary) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        Rotary said = rotary == null ? Rotary.USUAL : rotary;
        arguments.put(USED, rotary != null);
        arguments.put(KIND, kindName(said.kind()));
        arguments.put(HALVES, said.halves());
        arguments.put(TEMPERATURE, said.temperature() > 0 ? said.temperature() : 10.0);
        arguments.put(OFFSET, said.offset());
        arguments.put(ORDER, said.columnsFirst() ? "xy" : "ij");
        arguments.put(REFERENCE, said.reference() > 0 ? said.reference() : null);
        return arguments;
    }
}
