package io.github.rlrr.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.rlrr.torch.TorchProgram;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A second set of values of the tensors that training changes: a moving average, or those of the
 * best epoch. Each method is one native call. Owns the copies; the tensors stay their owner's.
 */
final class TensorCopies implements AutoCloseable {

    private static final String TEXT =
            """
              def copy(self, to: List[Tensor], source: List[Tensor]) -> NoneType:
                torch._foreach_copy_(to, source)
                return None
              def lerp(self, to: List[Tensor], source: List[Tensor], weight: float) -> NoneType:
                torch._foreach_lerp_(to, source, weight)
                return None
              def swap(self, a: List[Tensor], b: List[Tensor]) -> NoneType:
                c = torch._foreach_mul(a, 1.)
                torch._foreach_copy_(a, b)
                torch._foreach_copy_(b, c)
                return None
            """;

    private final TorchProgram program = new TorchProgram(TEXT);
    private final NDManager manager;
    private final List<String> names;
    private final List<NDArray> values;
    private final List<NDArray> copies;

    /**
     * Copies the values as they are.
     *
     * @param parameters by name; initialized, float32
     * @param like a manager on their device
     */
    TensorCopies(Map<String, Parameter> parameters, NDManager like) {
        manager = like.newSubManager();
        names = List.copyOf(parameters.keySet());
        values = parameters.values().stream().map(Parameter::getArray).toList();
        copies =
                values.stream()
                        .map(value -> manager.zeros(value.getShape(), value.getDataType()))
                        .toList();
        take();
    }

    /** Copies the tensors' values. */
    void take() {
        program.run("copy", copies, values);
    }

    /** Gives the tensors the copied values. */
    void put() {
        program.run("copy", values, copies);
    }

    /** Moves the copies toward the tensors' values: c ← d·c + (1−d)·θ. */
    void average(double decay) {
        program.run("lerp", copies, values, 1 - decay);
    }

    /** Exchanges values and copies. */
    void swap() {
        program.run("swap", values, copies);
    }

    /**
     * The copies themselves.
     *
     * @param prefix put before each name
     * @return the arrays by name, owned by this
     */
    Map<String, NDArray> arrays(String prefix) {
        Map<String, NDArray> named = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            named.put(prefix + names.get(i), copies.get(i));
        }
        return named;
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
