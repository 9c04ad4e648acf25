package io.github.rlrr.vit.hub;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The folder for cached files that is usual on a platform. */
final class CacheLocation {

    private CacheLocation() {}

    /**
     * RLRR_CACHE, else {@code $XDG_CACHE_HOME/rlrr} or {@code ~/.cache/rlrr}, on macOS {@code
     * ~/Library/Caches/rlrr}, on Windows {@code %LOCALAPPDATA%\rlrr}.
     *
     * @param environment environment variables
     * @param system the name of the operating system, as {@code os.name} says it
     * @param home the user's folder, or null where nobody knows one
     * @throws IllegalArgumentException when the folder is needed and not known
     */
    static Path of(Map<String, String> environment, String system, @Nullable Path home) {
        String own = environment.getOrDefault("RLRR_CACHE", "");
        if (!own.isBlank()) {
            return Path.of(own);
        }
        String platform = system.toLowerCase(Locale.ROOT);
        if (platform.startsWith("mac")) {
            return known(home).resolve("Library").resolve("Caches").resolve("rlrr");
        }
        if (platform.startsWith("windows")) {
            String local = environment.getOrDefault("LOCALAPPDATA", "");
            return local.isBlank()
                    ? known(home).resolve("AppData").resolve("Local").resolve("rlrr")
                    : Path.of(local).resolve("rlrr");
        }
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        // The XDG specification: a relative path is to be ignored.
        return xdg.isBlank() || !Path.of(xdg).isAbsolute()
                ? known(home).resolve(".cache").resolve("rlrr")
                : Path.of(xdg).resolve("rlrr");
    }

    private static Path known(@Nullable Path home) {
        if (home == null) {
            throw new IllegalArgumentException(
                    "there is no folder for downloaded models: this user id has no home folder and"
                            + " HOME is not set; set RLRR_CACHE to a folder of yours");
        }
        return home;
    }
}
