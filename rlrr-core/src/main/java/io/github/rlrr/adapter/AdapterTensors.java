package io.github.rlrr.adapter;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.rlrr.adapter.Adapter.AdaptedSite;
import io.github.rlrr.io.ShortList;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.module.SiteKind;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Reads an adapter's tensors from a file, all or none. */
final class AdapterTensors {

    private AdapterTensors() {}

    /**
     * Fills an adapter that nobody has seen yet, so a failure changes nothing.
     *
     * @param adapter freshly made
     * @param reader holds exactly the adapter's tensors, under their full names
     * @throws IOException naming every missing, unexpected and mis-shaped tensor
     */
    static void fill(Adapter adapter, TensorReader reader) throws IOException {
        Map<String, Parameter> expected = adapter.saved();
        Set<String> ownShape = ownShape(adapter);
        List<String> faults = new ArrayList<>();
        expected.forEach(
                (name, parameter) -> {
                    TensorInfo found = reader.tensors().get(name);
                    if (found == null) {
                        faults.add(name + " is missing");
                    } else if (!fits(found.shape(), parameter, ownShape.contains(name))) {
                        faults.add(
                                name
                                        + " has shape "
                                        + found.shape()
                                        + ", expected "
                                        + parameter.getShape());
                    }
                });
        reader.tensors().keySet().stream()
                .filter(name -> !expected.containsKey(name))
                .forEach(name -> faults.add(name + " is unexpected"));
        adapter.sites().forEach(adapted -> checkOutputs(adapted, reader.tensors(), faults));
        if (!faults.isEmpty()) {
            throw new IOException(reader.file() + ": " + ShortList.joined(faults, "; "));
        }
        for (Map.Entry<String, Parameter> entry : expected.entrySet()) {
            TensorInfo info = Objects.requireNonNull(reader.tensors().get(entry.getKey()));
            adapter.replace(entry.getKey(), reader.readFloats(entry.getKey()), info.shape());
        }
    }

    /**
     * The tensors of linear layers trained as a whole: their number of outputs is the adapter's.
     */
    private static Set<String> ownShape(Adapter adapter) {
        Set<String> names = new HashSet<>();
        for (AdaptedSite adapted : adapter.sites()) {
            if (adapted.method().replaces() && adapted.site().kind() == SiteKind.LINEAR) {
                for (String tensor : adapted.tensors().keySet()) {
                    names.add(adapted.site().tensorName(tensor));
                }
            }
        }
        return names;
    }

    /** A replaced module may have any number of outputs, but weight and bias the same. */
    private static void checkOutputs(
            AdaptedSite adapted, Map<String, TensorInfo> found, List<String> faults) {
        Parameter bias = adapted.site().bias();
        if (!adapted.method().replaces() || bias == null) {
            return;
        }
        String path = adapted.site().path();
        TensorInfo first = found.get(ModuleTree.join(path, adapted.site().weight().getName()));
        TensorInfo second = found.get(ModuleTree.join(path, bias.getName()));
        if (first != null
                && second != null
                && first.shape().dimension() > 0
                && second.shape().dimension() > 0
                && first.shape().get(0) != second.shape().get(0)) {
            faults.add(
                    second.name()
                            + " has shape "
                            + second.shape()
                            + ", "
                            + first.name()
                            + " "
                            + first.shape()
                            + ": they differ in the number of outputs");
        }
    }

    private static boolean fits(Shape found, Parameter parameter, boolean ownOutputs) {
        Shape expected = parameter.getShape();
        if (!ownOutputs) {
            return found.equals(expected);
        }
        return found.dimension() == expected.dimension()
                && found.slice(1).equals(expected.slice(1));
    }
}
