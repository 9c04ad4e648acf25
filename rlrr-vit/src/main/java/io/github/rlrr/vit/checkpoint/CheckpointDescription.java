package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.task.Task;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint and the configuration beside it say, without its weights.
 *
 * @param layout for people: "Google"
 * @param config the geometry, with the file's number of classes, 1 where it has no head
 * @param preprocessing how the model's inputs are prepared, at the geometry's size; empty where
 *     neither layout nor configuration says
 * @param classNames the names of the head's classes in label order; empty where they are not known
 * @param rejectBelow the probability of the likeliest class below which an answer is not to be
 *     trusted, 0 to 1; 0 where the configuration does not say
 * @param task what the model answers; one label an image where the configuration does not say
 * @param sixteenBit how 16-bit grey is read, where the checkpoint says so; null where it does not,
 *     and the preprocessing reads it as Pillow does
 */
public record CheckpointDescription(
        String layout,
        BackboneConfig config,
        Optional<Preprocessing> preprocessing,
        List<String> classNames,
        double rejectBelow,
        Task task,
        @Nullable SixteenBit sixteenBit) {

    /**
     * Copies the list.
     *
     * @param layout as the record has it
     * @param config as the record has it
     * @param preprocessing as the record has it
     * @param classNames as the record has it
     * @param rejectBelow as the record has it
     * @param task as the record has it
     * @param sixteenBit as the record has it
     */
    public CheckpointDescription {
        classNames = List.copyOf(classNames);
    }
}
