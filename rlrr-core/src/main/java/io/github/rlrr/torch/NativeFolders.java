package io.github.rlrr.torch;

import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where native libraries are unpacked before they are loaded. DJL takes {@code DJL_CACHE_DIR}, or
 * {@code .djl.ai} in the user's home folder, or where nobody may write there in the folder for
 * temporary files; JNA, through which DJL looks for GPUs, and JavaCPP have rules of their own.
 */
public final class NativeFolders {

    /** The system property that names JNA's folder. */
    private static final String JNA = "jna.tmpdir";

    private static final String JAVACPP = "org.bytedeco.javacpp.cachedir";
    private static final String DJL = "DJL_CACHE_DIR";
    private static final String ENGINE = "ENGINE_CACHE_DIR";
    private static final String DJL_FOLDER = ".djl.ai";
    private static final Logger LOG = LoggerFactory.getLogger(NativeFolders.class);

    private NativeFolders() {}

    /**
     * Names the folders to the libraries where Java knows no home folder, as they would make one
     * called {@code ?}: below HOME where one can write there, else in the folder for temporary
     * files. What was set stays as it is. Says so once, through SLF4J; does nothing anywhere else.
     */
    public static synchronized void choose() {
        if (UserHome.isKnownToJava()) {
            return;
        }
        Path temporary = temporary();
        Path home = UserHome.find().filter(Files::isWritable).orElse(null);
        boolean said = set(JNA, home == null ? temporary : home.resolve(".cache/JNA/temp"));
        set(JAVACPP, (home == null ? temporary : home).resolve(".javacpp/cache"));
        if (isUnset(DJL)) {
            set(DJL, (home == null ? temporary : home).resolve(DJL_FOLDER));
        }
        if (said) {
            LOG.warn(
                    "Java knows no home folder of this user id; native libraries go to {}",
                    engine());
        }
    }

    private static boolean set(String property, Path folder) {
        if (System.getProperty(property) != null) {
            return false;
        }
        System.setProperty(property, folder.toString());
        return true;
    }

    private static boolean isUnset(String name) {
        String value = Utils.getEnvOrSystemProperty(name);
        return value == null || value.isEmpty();
    }

    private static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    /**
     * Where libtorch is unpacked.
     *
     * @return the folder, which need not be there yet
     */
    public static Path engine() {
        choose();
        return Utils.getEngineCacheDir();
    }

    /**
     * Why libtorch cannot be unpacked or loaded, found out before DJL tries.
     *
     * @return a sentence with the folder, the reason and what to set; empty where nothing speaks
     *     against it, or libtorch is not DJL's to unpack
     */
    public static Optional<String> fault() {
        try {
            OwnLibtorch.describe();
        } catch (IllegalStateException e) {
            return Optional.ofNullable(e.getMessage());
        }
        Path folder = engine();
        prepareJna(folder);
        if (!isUnset("PYTORCH_LIBRARY_PATH") || !isUnset("PYTORCH_VERSION")) {
            return Optional.empty();
        }
        long bytes = 0;
        try {
            Platform platform = Platform.detectPlatform("pytorch");
            if (isUnpacked(folder, platform)) {
                // Nothing is written. Whether it can be loaded shows when it is.
                return isAmongOthers(folder) ? told(folder, 0) : Optional.empty();
            }
            bytes = bytes(platform);
        } catch (IOException | RuntimeException | AssertionError e) {
            LOG.debug("the size of libtorch is not known", e); // DJL says what is wrong, later
        }
        return told(folder, bytes);
    }

    private static Optional<String> told(Path folder, long bytes) {
        return reason(folder, bytes).map(reason -> sentence(folder, reason));
    }

    private static Optional<String> reason(Path folder, long bytes) {
        return isAmongOthers(folder)
                ? FolderCheck.faultAmongOthers(folder, bytes)
                : FolderCheck.fault(folder.resolve("pytorch"), bytes);
    }

    /** What is said of a folder that cannot be used. */
    static String sentence(Path folder, String reason) {
        return "libtorch cannot be loaded from "
                + folder
                + ": "
                + reason
                + "; set "
                + (isUnset(ENGINE) ? DJL : ENGINE)
                + " to a folder of yours with room for it, where libraries can be loaded";
    }

    /** Whether the folder is the one in the folder for temporary files that DJL falls back to. */
    private static boolean isAmongOthers(Path folder) {
        return folder.equals(temporary().resolve(DJL_FOLDER))
                && isUnset(ENGINE)
                && Objects.requireNonNullElse(System.getenv(DJL), "").isEmpty();
    }

    private static boolean isUnpacked(Path folder, Platform platform) {
        String name =
                platform.getVersion() + "-" + platform.getFlavor() + "-" + platform.getClassifier();
        Path libraries = folder.resolve("pytorch").resolve(name);
        String bindings = platform.getApiVersion() + "-" + System.mapLibraryName("djl_torch");
        return Files.exists(libraries.resolve(System.mapLibraryName("torch")))
                && Files.exists(libraries.resolve(bindings));
    }

    /** What DJL will write: libtorch of the class path and its own bindings. */
    private static long bytes(Platform platform) throws IOException {
        if (platform.isPlaceholder()) {
            return 0; // downloaded, and of a size that only the download tells
        }
        String place = platform.getFlavor() + "/" + platform.getClassifier() + "/";
        long sum = size("jnilib/" + place + System.mapLibraryName("djl_torch"));
        for (String library : platform.getLibraries()) {
            sum += size("pytorch/" + place + library);
        }
        return sum;
    }

    private static long size(String resource) throws IOException {
        URL url = ClassLoaderUtils.getResource(resource);
        return url == null ? 0 : Math.max(0, url.openConnection().getContentLengthLong());
    }

    /**
     * Where JNA unpacks its own library, without which no GPU is found: where it does by itself, or
     * beside libtorch where that cannot be used.
     *
     * @return the folder, which need not be there yet
     */
    public static Path jna() {
        prepareJna(engine());
        return jnas();
    }

    /** JNA prints a stack trace where it has no folder, and looks for GPUs without it in vain. */
    private static synchronized void prepareJna(Path engine) {
        if (FolderCheck.fault(jnas(), 0).isEmpty()) {
            return;
        }
        Path beside = engine.resolve("jna");
        if (reason(engine, 0).isEmpty() && FolderCheck.fault(beside, 0).isEmpty()) {
            System.setProperty(JNA, beside.toString());
        } else {
            System.setProperty("jna.nounpack", "true");
        }
    }

    private static Path jnas() {
        String set = System.getProperty(JNA);
        if (set != null) {
            return Path.of(set);
        }
        Path home = UserHome.find().orElse(temporary());
        String system = System.getProperty("os.name");
        Path usual = temporary();
        if (system.startsWith("Mac")) {
            usual = home.resolve("Library/Caches/JNA/temp");
        } else if (!system.startsWith("Windows")) {
            usual = caches(home, System.getenv("XDG_CACHE_HOME")).resolve("JNA/temp");
        }
        Path made = usual;
        while (!Files.exists(made) && made.getParent() != null) {
            made = made.getParent();
        }
        return Files.isDirectory(made) && Files.isWritable(made) ? usual : temporary();
    }

    /**
     * Why JavaCPP, and so ND4J, cannot unpack and load its libraries.
     *
     * @return a sentence with the folder, the reason and what to set; empty where nothing speaks
     *     against it
     */
    public static Optional<String> javacppFault() {
        choose();
        String set = System.getProperty(JAVACPP);
        Path folder =
                set == null
                        ? UserHome.find().orElse(temporary()).resolve(".javacpp/cache")
                        : Path.of(set);
        return FolderCheck.fault(folder, 0)
                .map(
                        reason ->
                                "ND4J cannot be loaded from "
                                        + folder
                                        + ": "
                                        + reason
                                        + "; set -D"
                                        + JAVACPP
                                        + " to a folder of yours, where libraries can be loaded");
    }

    private static Path caches(Path home, @Nullable String xdg) {
        return xdg == null || xdg.isBlank() ? home.resolve(".cache") : Path.of(xdg);
    }
}
