package io.github.rlrr.tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the tensors in what {@code torch.save} was given.
 *
 * <p>The rule: the state dict is the only dictionary of tensors that the top dictionary holds under
 * any key ({@code model}, {@code state_dict} …), else the top dictionary itself. Single numbers at
 * the top, such as the best accuracy so far, may stand beside it; larger tensors, or a second
 * dictionary of tensors, make it unclear which is meant and are refused. Deeper dictionaries, such
 * as an optimizer's, are never looked into, and values that are no tensors are passed over. Where
 * every name begins with {@code module.}, as DataParallel has it, the names lose it.
 */
final class StateDict {

    private static final String WRAPPED = "module.";

    private static final int NAMES_SHOWN = 5;

    private StateDict() {}

    /**
     * Applies the rule.
     *
     * @return the tensors by name, in the pickle's order
     * @throws TensorProblemException if there is not one dictionary of tensors, or if a name is not
     *     a text or there twice
     */
    static Map<String, PickledTensor> of(Object saved) throws TensorProblemException {
        if (!(saved instanceof PickledDict top)) {
            throw new TensorProblemException(
                    "holds a %s, expected a dictionary of tensors"
                            .formatted(saved instanceof PickledTensor ? "single tensor" : "value"));
        }
        List<PickledDict.Entry> nested = new ArrayList<>();
        boolean numbersOnly = true;
        for (PickledDict.Entry entry : top.entries()) {
            if (entry.value() instanceof PickledDict dict && dict.holdsTensors()) {
                nested.add(entry);
            } else if (entry.value() instanceof PickledTensor tensor) {
                numbersOnly &= tensor.elementCount() == 1;
            }
        }
        if (nested.isEmpty() && top.holdsTensors()) {
            return unwrapped(tensors(top));
        }
        if (nested.size() == 1 && numbersOnly) {
            return unwrapped(tensors((PickledDict) nested.get(0).value()));
        }
        if (nested.isEmpty()) {
            throw new TensorProblemException(
                    "holds no dictionary of tensors; its keys are " + keys(top.entries()));
        }
        throw new TensorProblemException(
                "holds tensors %s, expected one state dict; save the one meant alone, with torch.save(checkpoint[%s], FILE)"
                        .formatted(
                                nested.size() > 1
                                        ? "in " + keys(nested)
                                        : "at the top and in " + keys(nested),
                                key(nested.get(0))));
    }

    private static Map<String, PickledTensor> tensors(PickledDict dict)
            throws TensorProblemException {
        Map<String, PickledTensor> tensors = new LinkedHashMap<>();
        for (PickledDict.Entry entry : dict.entries()) {
            if (!(entry.value() instanceof PickledTensor tensor)) {
                continue;
            }
            if (!(entry.key() instanceof String name)) {
                throw new TensorProblemException(
                        "has a tensor under the key %s, expected a text".formatted(key(entry)));
            }
            if (tensors.putIfAbsent(name, tensor) != null) {
                throw new TensorProblemException(
                        "has tensor %s twice".formatted(TensorFileException.quote(name)));
            }
        }
        return tensors;
    }

    private static Map<String, PickledTensor> unwrapped(Map<String, PickledTensor> tensors) {
        if (!tensors.keySet().stream().allMatch(name -> name.startsWith(WRAPPED))) {
            return tensors;
        }
        Map<String, PickledTensor> named = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> named.put(name.substring(WRAPPED.length()), tensor));
        return named;
    }

    private static String keys(List<PickledDict.Entry> entries) {
        List<String> shown = new ArrayList<>();
        for (PickledDict.Entry entry : entries) {
            if (shown.size() == NAMES_SHOWN) {
                shown.add("…");
                break;
            }
            shown.add(key(entry));
        }
        return String.join(", ", shown);
    }

    /** A key as a message shows it; never what a dictionary or a tuple holds. */
    private static String key(PickledDict.Entry entry) {
        if (entry.key() instanceof String text) {
            return TensorFileException.quote(text);
        }
        return entry.key() instanceof Long number ? number.toString() : "an object";
    }
}
