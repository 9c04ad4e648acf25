package io.github.rlrr.examples.spring;

import io.github.rlrr.vit.inference.ClassProbability;
import io.github.rlrr.vit.inference.Classification;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said of an image, as JSON.
 *
 * @param label the class, or null where it is not accepted
 * @param accepted whether the likeliest class is at least as probable as the threshold
 * @param classes the likeliest ones, most probable first
 */
record Answer(@Nullable String label, boolean accepted, List<Share> classes) {

    /**
     * A class and its probability.
     *
     * @param name the class
     * @param probability 0 to 1
     */
    record Share(String name, double probability) {

        static Share of(ClassProbability each) {
            return new Share(each.name(), each.probability());
        }
    }

    static Answer of(Classification said, int top) {
        return new Answer(
                said.label().orElse(null),
                said.accepted(),
                said.ranked().stream().limit(top).map(Share::of).toList());
    }
}
