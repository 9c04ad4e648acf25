package io.github.rlrr.method;

import java.util.Map;

/**
 * A method under its name: what adapter files and the command line know it by.
 *
 * <p>The methods of this library are there always. One of your own is found when its jar is on the
 * class path and names the class that implements this interface, which has a public constructor
 * without arguments, in {@code META-INF/services/io.github.rlrr.method.AdapterMethod}. Nothing in
 * an adapter file can name a class.
 */
public interface AdapterMethod {

    /**
     * Separates the elements of a list of settings, a regular expression: a comma, but for those
     * within braces and brackets, which belong to targets.
     */
    String LIST_SEPARATOR = ",(?![^{\\[]*[}\\]])";

    /**
     * The name that adapter files and options spell.
     *
     * @return lower-case letters, digits and hyphens; that of the configuration's {@link
     *     AdapterConfig#method()}
     */
    String name();

    /**
     * What is trained, for people.
     *
     * @return a few words, without a full stop
     */
    String description();

    /**
     * The configuration when nothing is asked for otherwise.
     *
     * @return a record whose components are numbers, truth values, text, enums, lists of text or
     *     {@link Initialisation}; its class is what adapter files of this method are read into
     */
    AdapterConfig defaults();

    /**
     * The configuration with some components set otherwise.
     *
     * @param settings values by the component's name in snake_case, as adapter files have it;
     *     hyphens do for underscores; lists are separated by commas, {@code none} is an empty one
     * @param seed the value of a component {@code seed}, where there is one
     * @return the configuration
     * @throws IllegalArgumentException when there is no such component, with those there are, or
     *     its value makes no sense
     */
    default AdapterConfig configure(Map<String, String> settings, long seed) {
        return ConfigSettings.apply(this, settings, seed);
    }

    /**
     * The settings of {@link #configure} with the values that {@link #defaults} has, for people.
     *
     * @return values by name, in the form that {@code configure} reads
     */
    default Map<String, String> settings() {
        return ConfigSettings.texts(defaults());
    }
}
