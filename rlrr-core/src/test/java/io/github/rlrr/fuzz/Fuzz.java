package io.github.rlrr.fuzz;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Starts Jazzer on a target, see docs/untrusted-files.md. Jazzer is on the class path in the Maven
 * profile {@code fuzz} only.
 */
public final class Fuzz {

    private Fuzz() {}

    /**
     * Writes the target's seeds and fuzzes it.
     *
     * @param args the target without {@code Fuzz}, the seconds, and the folder to work in
     * @throws Exception if Jazzer is not there or the folder cannot be written
     */
    public static void main(String[] args) throws Exception {
        String target = args[0];
        Path folder = Path.of(args[2]).resolve(target);
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        Path seeds = Files.createDirectories(folder.resolve("seeds"));
        List<byte[]> inputs = Seeds.of(target);
        for (int i = 0; i < inputs.size(); i++) {
            Files.write(seeds.resolve("seed" + i), inputs.get(i));
        }
        String[] options = {
            "--target_class=" + Fuzz.class.getPackageName() + "." + target + "Fuzz",
            "--instrumentation_includes=io.github.rlrr.**",
            // Targets may be regular expressions on purpose; their steps are limited.
            "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.RegexInjection",
            "-max_total_time=" + args[1],
            "-timeout=25",
            "-print_final_stats=1",
            "-artifact_prefix=" + folder + "/",
            corpus.toString(),
            seeds.toString()
        };
        Class.forName("com.code_intelligence.jazzer.Jazzer")
                .getMethod("main", String[].class)
                .invoke(null, (Object) options);
    }
}
