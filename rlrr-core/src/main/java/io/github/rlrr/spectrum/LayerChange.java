package io.github.rlrr.spectrum;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.ModuleTree;
import io.github.rlrr.adapter.TrainableTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an adapter changes in one weight matrix.
 *
 * <p>With W the frozen matrix, W' the effective one, ΔW = W' − W and λ_1 the largest singular
 * value.
 *
 * @param path the parameter's path, such as {@code blocks.0.attn.query.weight}
 * @param relativeNorm ‖ΔW‖_F / ‖W‖_F
 * @param before λ_1(W)
 * @param after λ_1(W')
 * @param change λ_1(ΔW)
 */
public record LayerChange(
        String path, double relativeNorm, double before, double after, double change) {

    /**
     * Looks at every weight matrix that an adapter changes without replacing it.
     *
     * @param adapted the adapted block
     * @return one entry a changed matrix, in module order
     */
    public static List<LayerChange> of(AdaptedBlock adapted) {
        Map<String, Parameter> base = ModuleTree.of(adapted.base()).parameters();
        Set<String> replaced =
                adapted.trainableTensors().stream()
                        .map(TrainableTensor::name)
                        .collect(Collectors.toSet());
        List<LayerChange> changes = new ArrayList<>();
        NDArray any = base.values().iterator().next().getArray();
        try (NDManager scope = any.getManager().newSubManager()) {
            adapted.effectiveValues(scope)
                    .forEach(
                            (path, effective) -> {
                                NDArray frozen = Objects.requireNonNull(base.get(path)).getArray();
                                if (!replaced.contains(path)
                                        && isChangedMatrix(frozen, effective)) {
                                    changes.add(change(path, frozen, effective));
                                }
                            });
        }
        return changes;
    }

    private static boolean isChangedMatrix(NDArray frozen, NDArray effective) {
        return frozen.getShape().dimension() == 2
                && frozen.getShape().equals(effective.getShape())
                && !frozen.contentEquals(effective);
    }

    private static LayerChange change(String path, NDArray frozen, NDArray effective) {
        int rows = Math.toIntExact(frozen.getShape().get(0));
        int columns = Math.toIntExact(frozen.getShape().get(1));
        float[] w = frozen.toFloatArray();
        float[] after = effective.toFloatArray();
        float[] difference = new float[w.length];
        double changed = 0;
        double whole = 0;
        for (int i = 0; i < w.length; i++) {
            difference[i] = after[i] - w[i];
            changed += (double) difference[i] * difference[i];
            whole += (double) w[i] * w[i];
        }
        return new LayerChange(
                path,
                Math.sqrt(changed / whole),
                SingularValues.of(w, rows, columns)[0],
                SingularValues.of(after, rows, columns)[0],
                SingularValues.of(difference, rows, columns)[0]);
    }
}
