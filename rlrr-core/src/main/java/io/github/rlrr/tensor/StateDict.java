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
 * the top, such as the best accuracy so far, may stand beside it. Where there are several, as of a
 * model and its moving average, or larger tensors at the top, all are listed, those of a dictionary
 * with its key and a dot before their names. Deeper dictionaries, such as an optimizer's, are never
 * looked into, and values that are no tensors are passed over; among the tensors of a state dict,
 * what a foreign name would make is refused, since it may be one of them.
 */
final class StateDict {

    private static final int NAMES_SHOWN = 5;

    /** Joined to every name of a dictionary, a long key would cost more than the file has. */
    private static final int LONGEST_NAME = 1000;

    private final Map<String, PickledTensor> tensors = new LinkedHashMap<>();
    private final ReadLimits limits;

    private StateDict(ReadLimits limits) {
        this.limits = limits;
    }

    /**
     * Applies the rule.
     *
     * @return the tensors by name, in the pickle's order
     * @throws TensorProblemException if there is no dictionary of tensors, if a name is not a text
     *     or there twice, or if there are more tensors than the limits allow
     */
    static Map<String, PickledTensor> of(Object saved, ReadLimits limits)
            throws TensorProblemException {
        if (saved instanceof PickledForeign foreign) {
            throw foreign.refused();
        }
        if (saved instanceof PickledGlobal global && global.kind() == PickledGlobal.Kind.FOREIGN) {
            throw PickledGlobal.refused(global.name());
        }
        if (!(saved instanceof PickledDict top)) {
            throw new TensorProblemException(
                    "holds a %s, expected a dictionary of tensors"
                            .formatted(saved instanceof PickledTensor ? "single tensor" : "value"));
        }
        StateDict found = new StateDict(limits);
        found.add(top);
        return found.tensors;
    }

    private void add(PickledDict top) throws TensorProblemException {
        List<PickledDict.Entry> nested = new ArrayList<>();
        boolean numbersOnly = true;
        for (PickledDict.Entry entry : top.entries()) {
            if (entry.value() instanceof PickledDict dict && dict.holdsTensors()) {
                nested.add(entry);
            } else if (entry.value() instanceof PickledTensor tensor) {
                numbersOnly &= tensor.elementCount() == 1;
            }
        }
        if (nested.isEmpty() && !top.holdsTensors()) {
            throw none(top);
        }
        if (nested.isEmpty() || !numbersOnly) {
            add("", top);
        }
        for (PickledDict.Entry entry : nested) {
            boolean only = nested.size() == 1 && numbersOnly;
            add(only ? "" : prefix(entry), (PickledDict) entry.value());
        }
    }

    private static String prefix(PickledDict.Entry entry) throws TensorProblemException {
        if (entry.key() instanceof String key) {
            return key + ".";
        }
        throw new TensorProblemException(
                "holds tensors under the key %s, expected a text".formatted(key(entry)));
    }

    private static TensorProblemException none(PickledDict top) {
        for (PickledDict.Entry entry : top.entries()) {
            PickledForeign foreign =
                    entry.value() instanceof PickledDict dict ? dict.foreign() : null;
            if (foreign != null) {
                return foreign.refused();
            }
        }
        PickledForeign foreign = top.foreign();
        return foreign != null
                ? foreign.refused()
                : new TensorProblemException(
                        "holds no dictionary of tensors; its keys are " + keys(top.entries()));
    }

    private void add(String prefix, PickledDict dict) throws TensorProblemException {
        PickledForeign foreign = dict.foreign();
        if (foreign != null) {
            throw foreign.refused();
        }
        for (PickledDict.Entry entry : dict.entries()) {
            if (!(entry.value() instanceof PickledTensor tensor)) {
                continue;
            }
            if (!(entry.key() instanceof String name)) {
                throw new TensorProblemException(
                        "has a tensor under the key %s, expected a text".formatted(key(entry)));
            }
            if (!prefix.isEmpty() && prefix.length() + name.length() > LONGEST_NAME) {
                throw new TensorProblemException(
                        "has a tensor name of %s characters, expected at most %s"
                                .formatted(prefix.length() + name.length(), LONGEST_NAME));
            }
            if (tensors.putIfAbsent(prefix + name, tensor) != null) {
                throw new TensorProblemException(
                        "has tensor %s twice".formatted(TensorFileException.quote(prefix + name)));
            }
            if (tensors.size() > limits.maxTensors()) {
                throw new TensorProblemException(
                        "has more than %s tensors (ReadLimits.maxTensors)"
                                .formatted(limits.maxTensors()));
            }
        }
    }

    private static String keys(List<PickledDict.Entry> entries) {
        List<String> shown = new ArrayList<>();
        for (PickledDict.Entry entry : entries.subList(0, Math.min(NAMES_SHOWN, entries.size()))) {
            shown.add(key(entry));
        }
        int more = entries.size() - shown.size();
        return String.join(", ", shown) + (more > 0 ? " and " + more + " more" : "");
    }

    /** A key as a message shows it; never what a dictionary or a tuple holds. */
    private static String key(PickledDict.Entry entry) {
        if (entry.key() instanceof String text) {
            return TensorFileException.quote(text);
        }
        return entry.key() instanceof Long number ? number.toString() : "an object";
    }
}
