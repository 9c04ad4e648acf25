package io.github.rlrr.examples.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Java in a process of its own, for what only that can show. It is made for a short life. */
public final class JavaProcess {

    private JavaProcess() {}

    /** {@code rlrr} with the class path of the tests; what it says goes into one stream. */
    public static ProcessBuilder rlrr(Object... arguments) {
        return of(List.of(), System.getProperty("java.class.path"), RlrrCommand.class, arguments)
                .redirectErrorStream(true);
    }

    /** The main method of a class with options of the JVM's own. */
    public static ProcessBuilder of(
            List<String> options, String classPath, Class<?> main, Object... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        return new ProcessBuilder(command);
    }
}
