package io.github.rlrr.task;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The figures of one evaluation, or of one epoch's training, in the order they are told.
 *
 * @param all the figures, each of another name
 */
public record Figures(List<Figure> all) {

    /**
     * Copies the list.
     *
     * @param all the figures
     */
    public Figures {
        all = List.copyOf(all);
    }

    /**
     * Takes figures.
     *
     * @param all in the order they are told
     * @return the figures
     */
    public static Figures of(Figure... all) {
        return new Figures(List.of(all));
    }

    /**
     * The same figures with other values.
     *
     * @param value gives the value of each
     * @return the figures
     */
    public Figures with(ToDoubleFunction<Figure> value) {
        return new Figures(all.stream().map(f -> f.of(value.applyAsDouble(f))).toList());
    }

    /**
     * One of them, where it is there.
     *
     * @param name its name
     * @return the figure, or empty
     */
    public Optional<Figure> find(String name) {
        return all.stream().filter(figure -> figure.name().equals(name)).findFirst();
    }

    /**
     * One of them.
     *
     * @param name its name
     * @return the figure
     * @throws IllegalArgumentException when there is none of that name
     */
    public Figure get(String name) {
        return find(name)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no figure is called "
                                                + name
                                                + "; there are "
                                                + all.stream().map(Figure::name).toList()));
    }

    /**
     * The value of one of them.
     *
     * @param name its name
     * @return the value, NaN where there is none
     * @throws IllegalArgumentException when there is no figure of that name
     */
    public double value(String name) {
        return get(name).value();
    }

    /**
     * Whether there is anything to tell.
     *
     * @return false where every value is NaN, as those of a set that is not there
     */
    public boolean areKnown() {
        return !all.stream().allMatch(figure -> Double.isNaN(figure.value()));
    }

    /**
     * Whether these are the better ones.
     *
     * @param others the same figures of something else
     * @param deciding the names that decide: the first, and where that is equal the next
     * @return true or false; false where all that decide are equal
     */
    public boolean areBetterThan(Figures others, List<String> deciding) {
        for (String name : deciding) {
            double other = others.value(name);
            // NaN differs from itself: what has no value decides, and against it.
            if (value(name) != other) {
                return get(name).isBetterThan(other);
            }
        }
        return false;
    }

    /**
     * The figures for a line of text, such as {@code loss 1.2769 accuracy 43.2 %}.
     *
     * @param share how the number of a share is formatted, such as {@code %5.1f}
     * @return names and values
     */
    public String text(String share) {
        return all.stream()
                .map(figure -> figure.words() + " " + figure.text(share))
                .collect(Collectors.joining(" "));
    }

    /**
     * One line, such as {@code loss=0.5, accuracy=0.9}.
     *
     * @return names and values
     */
    @Override
    public String toString() {
        return all.stream()
                .map(figure -> figure.name() + "=" + figure.value())
                .collect(Collectors.joining(", "));
    }
}
