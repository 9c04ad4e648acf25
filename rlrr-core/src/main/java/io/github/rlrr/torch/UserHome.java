package io.github.rlrr.torch;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The user's own folder. Java asks the list of users for it and answers {@code ?} where the user id
 * has no entry, as in many containers; a folder of that name would then be made wherever the
 * program happens to run.
 */
public final class UserHome {

    private UserHome() {}

    /**
     * What Java says, else what the variable HOME says.
     *
     * @return an absolute path, not checked further; empty where neither is one
     */
    public static Optional<Path> find() {
        return find(System.getProperty("user.home"), System.getenv("HOME"));
    }

    /**
     * The first of two answers that is an absolute path.
     *
     * @param javas the system property {@code user.home}
     * @param variable the environment variable HOME
     * @return the path; empty where neither is one
     */
    public static Optional<Path> find(@Nullable String javas, @Nullable String variable) {
        Optional<Path> first = absolute(javas);
        return first.isPresent() ? first : absolute(variable);
    }

    /** Whether Java itself knows the folder, as all libraries that ask it suppose. */
    static boolean isKnownToJava() {
        return absolute(System.getProperty("user.home")).isPresent();
    }

    private static Optional<Path> absolute(@Nullable String text) {
        try {
            return Optional.ofNullable(text).map(Path::of).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
