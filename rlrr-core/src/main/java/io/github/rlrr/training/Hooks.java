package io.github.rlrr.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.data.BatchLoader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The hooks of a run, called in turn; without any nothing is done. */
final class Hooks {

    private final List<TrainingHook> hooks;
    private final AdaptedBlock block;
    private final Map<String, NDArray> state = new LinkedHashMap<>();

    /** Lets every hook begin. */
    Hooks(List<TrainingHook> hooks, AdaptedBlock block, NDManager manager) {
        this.hooks = hooks;
        this.block = block;
        for (TrainingHook hook : hooks) {
            hook.begin(block, manager)
                    .forEach((name, array) -> state.put("hook." + hook.name() + "." + name, array));
        }
    }

    /** What the hooks keep, by name, in place. */
    Map<String, NDArray> state() {
        return state;
    }

    void beforeForward(TrainingHook.Place place) {
        for (int i = 0; i < hooks.size(); i++) {
            hooks.get(i).beforeForward(own(place, i));
        }
    }

    /** The loss with every hook's term. */
    NDArray withTerms(TrainingHook.Place place, NDArray loss, NDArray inputs, NDArray outputs) {
        NDArray sum = loss;
        for (int i = 0; i < hooks.size(); i++) {
            NDArray term = hooks.get(i).term(own(place, i), inputs, outputs);
            if (term != null) {
                sum = sum.add(term);
            }
        }
        return sum;
    }

    void afterBackward(TrainingHook.Place place) {
        if (hooks.isEmpty()) {
            return;
        }
        try (NDScope intermediate = new NDScope()) {
            intermediate.suppressNotUsedWarning();
            Map<String, NDArray> gradients = new LinkedHashMap<>();
            for (TrainableTensor tensor : block.trainableTensors()) {
                gradients.put(tensor.name(), tensor.parameter().getArray().getGradient());
            }
            for (int i = 0; i < hooks.size(); i++) {
                hooks.get(i).afterBackward(own(place, i), gradients);
            }
            gradients.values().forEach(NDArray::close);
        }
    }

    /** Each hook draws from a seed of its own. */
    private static TrainingHook.Place own(TrainingHook.Place place, int hook) {
        return new TrainingHook.Place(
                place.step(),
                place.steps(),
                place.batch(),
                BatchLoader.mix(place.seed(), -1L - hook));
    }
}
