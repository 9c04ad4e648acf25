package io.github.rlrr.examples.bench;

import com.google.gson.Gson;
import io.github.rlrr.torch.TorchRuntime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a case in this process, or in a JVM of its own, so that its peak memory is no other's. Such
 * a JVM has this one's class path and options.
 */
final class CaseProcess {

    private CaseProcess() {}

    /**
     * Where a JVM of its own begins.
     *
     * @param arguments the case as JSON
     */
    public static void main(String[] arguments) {
        System.setProperty("java.awt.headless", "true");
        BenchCase measured = new Gson().fromJson(arguments[0], BenchCase.class);
        PrintWriter progress = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        try {
            System.out.println(here(measured, progress).json());
            System.out.flush();
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            progress.println("rlrr: " + e.getMessage());
            System.exit(1);
        }
    }

    /**
     * Measures in this process.
     *
     * @param progress where each step is told
     * @return the figures
     */
    static Measurement here(BenchCase measured, PrintWriter progress) {
        if (measured.threads() > 0) {
            TorchRuntime.setThreads(measured.threads());
        }
        if (!measured.onCpu()) {
            measured.open();
            TorchRuntime.allowTf32(measured.how().precision() == ProductType.TF32);
        }
        return switch (measured.what()) {
            case TRAIN -> TrainBench.measure(measured, progress);
            case INFER -> InferBench.measure(measured, progress);
            case OPTIMIZER -> OptimizerBench.measure(measured, progress);
        };
    }

    /**
     * Measures in a JVM of its own, which tells its steps on standard error.
     *
     * @return the figures
     * @throws IOException when it gives none, with the case that failed
     */
    static Measurement apart(BenchCase measured) throws IOException {
        Process process =
                new ProcessBuilder(command(measured)).redirectError(Redirect.INHERIT).start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String json = out.lines().filter(line -> line.startsWith("{")).findFirst().orElse(null);
            int code = process.waitFor();
            if (json == null || code != 0) {
                throw new IOException(
                        measured.title()
                                + ": the process that measured it ended with code "
                                + code
                                + (code > 128
                                        ? ", as one that was killed; it may want more memory"
                                                + " than there is"
                                        : ""));
            }
            return Measurement.parse(json);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroy();
        }
    }

    private static List<String> command(BenchCase measured) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Not agents, whose files and ports are this process's.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-X") || option.startsWith("-D"))
                .forEach(command::add);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(CaseProcess.class.getName());
        command.add(new Gson().toJson(measured));
        return command;
    }
}
