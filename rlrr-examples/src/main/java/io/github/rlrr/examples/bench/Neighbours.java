package io.github.rlrr.examples.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Processes that do nothing but keep a processor each busy, until they are closed. */
final class Neighbours implements AutoCloseable {

    private final List<Process> processes = new ArrayList<>();

    /**
     * Starts them.
     *
     * @param count how many, at least 0
     */
    void start(int count) throws IOException {
        if (count < 0) {
            throw new IllegalArgumentException(
                    "--neighbours is " + count + ", expected at least 0");
        }
        for (int i = 0; i < count; i++) {
            processes.add(
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-Xmx16m",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Neighbours.class.getName())
                            .start());
        }
    }

    /** Is busy until its input ends, as it does when the process that started it ends. */
    public static void main(String[] arguments) throws IOException {
        Thread busy =
                new Thread(
                        () -> {
                            while (true) {
                                Thread.onSpinWait();
                            }
                        });
        busy.setDaemon(true);
        busy.start();
        System.in.read();
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
    }
}
