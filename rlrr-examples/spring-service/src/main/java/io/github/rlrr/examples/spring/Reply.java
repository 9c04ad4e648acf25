package io.github.rlrr.examples.spring;

import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.Regression;
import io.github.rlrr.vit.inference.Answer;
import io.github.rlrr.vit.inference.ClassProbability;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is said of an image, as JSON: by what the model was trained for. */
sealed interface Reply {

    /**
     * One label an image.
     *
     * @param label the class, or null where it is not accepted
     * @param accepted whether the likeliest class is at least as probable as the threshold
     * @param classes the likeliest ones, most probable first
     */
    record Label(@Nullable String label, boolean accepted, List<Share> classes) implements Reply {}

    /**
     * Several labels.
     *
     * @param labels those that are given
     * @param classes the likeliest ones, most probable first
     */
    record Labels(List<String> labels, List<Share> classes) implements Reply {}

    /**
     * Numbers.
     *
     * @param values each in its own unit, by name
     */
    record Numbers(Map<String, Double> values) implements Reply {}

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

    static Reply of(Answer said, int top) {
        if (said.task().name().equals(Regression.NAME)) {
            return new Numbers(said.byName());
        }
        List<Share> classes = said.ranked().stream().limit(top).map(Share::of).toList();
        return said.task().name().equals(MultiLabel.NAME)
                ? new Labels(said.labels(), classes)
                : new Label(
                        said.accepted() ? said.labels().get(0) : null, said.accepted(), classes);
    }
}
