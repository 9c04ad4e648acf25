package io.github.rlrr.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.adapter.AdaptedBlock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something of your own in every step of a run: before the forward, as a term of the loss, after
 * backward.
 *
 * <p>Arrays that a hook makes during a step are closed at its end. What is to last is among those
 * that {@link #begin} returns, and is changed in place. Called on the training thread.
 */
public interface TrainingHook {

    /**
     * A place in a run.
     *
     * @param step the optimizer step, from 1
     * @param steps the steps of the whole run
     * @param batch the batch within the step, from 0
     * @param seed for what is drawn here: it depends on the run's seed and the place alone
     */
    record Place(long step, long steps, int batch, long seed) {}

    /**
     * The name of the hook, by which a run that goes on knows it.
     *
     * @return a word, one hook's alone in a run
     */
    String name();

    /**
     * What tells this hook from others of its name: a run is gone on with by the same settings
     * only.
     *
     * @return JSON's kinds of values by name, in order
     */
    default Map<String, Object> settings() {
        return Map.of();
    }

    /**
     * A run begins. What is returned is written into the states of the run, and is read back into
     * the same arrays when it goes on, before its first step; a number is an array of the shape ().
     *
     * @param block what is trained
     * @param manager on its device, closed when the run ends
     * @return what the hook keeps from step to step, by name; float32, owned by the manager
     */
    default Map<String, NDArray> begin(AdaptedBlock block, NDManager manager) {
        return Map.of();
    }

    /**
     * A batch is about to go through the network.
     *
     * @param place where the run stands
     */
    default void beforeForward(Place place) {}

    /**
     * A term that is added to the loss of each batch, so that its gradients count. The losses that
     * the run tells of have it in them.
     *
     * @param place where the run stands
     * @param inputs the batch, (B, …)
     * @param outputs what the network made of it, (B, answers)
     * @return a number, of the shape (); null for none
     */
    default @Nullable NDArray term(Place place, NDArray inputs, NDArray outputs) {
        return null;
    }

    /**
     * The gradients of a step are there, those of all its batches added up, and not clipped yet.
     * Changed in place, they are what the update is made of.
     *
     * @param place where the run stands, its batch the last one of the step
     * @param gradients by the names of the trainable tensors, in their shapes; closed afterwards
     */
    default void afterBackward(Place place, Map<String, NDArray> gradients) {}
}
