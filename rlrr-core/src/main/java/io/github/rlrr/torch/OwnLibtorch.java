package io.github.rlrr.torch;

import ai.djl.util.Utils;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What DJL and JNA have to be told of a libtorch that {@code PYTORCH_LIBRARY_PATH} names: its
 * version, which of DJL's bindings goes with it, and where CUDA's runtime library lies, by which
 * DJL counts GPUs. What the user has set stays as it is.
 */
final class OwnLibtorch {

    /**
     * DJL's bindings for CUDA; they touch libtorch alone, so any CUDA 12 it was built for serves.
     */
    static final String CUDA_BINDINGS = "cu128";

    private static final String VERSION = "PYTORCH_VERSION";
    private static final String FLAVOR = "PYTORCH_FLAVOR";
    private static final String SEARCHED = "jna.library.path";
    private static final String RUNTIME = "libcudart.so";

    /** Where a Python package and a libtorch of its own say which version they are. */
    private static final List<String> SAID = List.of("version.py", "build-version");

    private static final Pattern NUMBER = Pattern.compile("\\b(\\d+\\.\\d+\\.\\d+)(\\+\\w+)?\\b");

    private OwnLibtorch() {}

    /**
     * Sets the system properties that are missing.
     *
     * @throws IllegalStateException if the libtorch is not of the version DJL's bindings are for,
     *     and the user has not said that it is to be tried
     */
    static void describe() {
        Optional<Path> folder = folder(Utils.getEnvOrSystemProperty("PYTORCH_LIBRARY_PATH"));
        folder.ifPresent(
                libraries -> {
                    if (isUnset(VERSION)) {
                        checkVersion(libraries);
                        System.setProperty(VERSION, TorchRuntime.TESTED_TORCH);
                    }
                    if (isUnset(FLAVOR)) {
                        System.setProperty(FLAVOR, bindings(libraries));
                    }
                });
        if (isUnset(SEARCHED) && System.getProperty("os.name").startsWith("Linux")) {
            String found = runtimes(folder, System.getenv("LD_LIBRARY_PATH"));
            if (!found.isEmpty()) {
                System.setProperty(SEARCHED, found);
            }
        }
    }

    private static boolean isUnset(String name) {
        String value = Utils.getEnvOrSystemProperty(name);
        return value == null || value.isEmpty();
    }

    /** The first folder of a path that holds a libtorch. */
    private static Optional<Path> folder(@Nullable String path) {
        return folders(path)
                .filter(folder -> Files.isRegularFile(folder.resolve(library("torch"))))
                .findFirst();
    }

    private static Stream<Path> folders(@Nullable String path) {
        return path == null
                ? Stream.empty()
                : Stream.of(path.split(Pattern.quote(File.pathSeparator)))
                        .filter(part -> !part.isEmpty())
                        .map(Path::of);
    }

    private static String library(String name) {
        return System.mapLibraryName(name);
    }

    /** Which of DJL's bindings goes with a libtorch. */
    static String bindings(Path libraries) {
        return Files.exists(libraries.resolve(library("torch_cuda"))) ? CUDA_BINDINGS : "cpu";
    }

    private static void checkVersion(Path libraries) {
        version(libraries)
                .filter(version -> !version.equals(TorchRuntime.TESTED_TORCH))
                .ifPresent(
                        version -> {
                            throw new IllegalStateException(
                                    "PYTORCH_LIBRARY_PATH names libtorch "
                                            + version
                                            + " in "
                                            + libraries
                                            + ", but DJL's bindings are for "
                                            + TorchRuntime.TESTED_TORCH
                                            + "; install torch=="
                                            + TorchRuntime.TESTED_TORCH
                                            + " and name its lib folder");
                        });
    }

    /** The version that a file beside the libraries says. */
    static Optional<String> version(Path libraries) {
        for (String name : SAID) {
            Path file = libraries.resolveSibling(name);
            try {
                if (Files.exists(file)) {
                    Matcher number = NUMBER.matcher(Files.readString(file));
                    return number.find() ? Optional.of(number.group(1)) : Optional.empty();
                }
            } catch (IOException e) {
                return Optional.empty(); // what DJL says of the libraries themselves is enough
            }
        }
        return Optional.empty();
    }

    /**
     * The folders with CUDA's runtime library, where a loader looks for its plain name in vain: it
     * is called {@code libcudart.so.12} where no compiler of CUDA is installed.
     */
    static String runtimes(Optional<Path> libraries, @Nullable String searched) {
        List<Path> places = new ArrayList<>();
        libraries.ifPresent(
                folder -> {
                    places.add(folder);
                    places.add(folder.resolve("../../nvidia/cuda_runtime/lib").normalize());
                });
        folders(searched).forEach(places::add);
        return places.stream()
                .filter(OwnLibtorch::hasRuntime)
                .map(Path::toString)
                .distinct()
                .reduce((a, b) -> a + File.pathSeparator + b)
                .orElse("");
    }

    private static boolean hasRuntime(Path folder) {
        String[] names = folder.toFile().list((own, name) -> name.startsWith(RUNTIME));
        return names != null && names.length > 0;
    }
}
