package io.github.rlrr.examples.command;

import ai.djl.engine.Engine;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.machine.FreeMemory;
import io.github.rlrr.examples.machine.Gpus;
import io.github.rlrr.examples.machine.Versions;
import io.github.rlrr.torch.Processors;
import io.github.rlrr.torch.TorchRuntime;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code rlrr doctor}: versions, engine, natives, devices, threads, caches, and what is missing.
 */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Print what this installation runs on, and what is missing.")
public final class DoctorCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter print = spec.commandLine().getOut();
        line(print, "rlrr", Versions.library());
        line(
                print,
                "Java",
                System.getProperty("java.version")
                        + " ("
                        + System.getProperty("java.vendor")
                        + ")");
        line(
                print,
                "platform",
                System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        line(print, "processors", Processors.here());
        line(
                print,
                "Java heap",
                String.format(
                        Locale.ROOT, "%,d MiB at most", Runtime.getRuntime().maxMemory() >> 20));
        line(print, "DJL", Engine.getDjlVersion() + " (tested: " + TorchRuntime.TESTED_DJL + ")");
        line(print, "memory", FreeMemory.now());
        List<String> warnings = new ArrayList<>();
        new Places(print, warnings).print();
        List<String> missing = new ArrayList<>();
        boolean works = engine(print, missing);
        nd4j(print, missing);
        missing.forEach(text -> print.println("missing: " + text));
        warnings.forEach(text -> print.println("warning: " + text));
        if (works && missing.isEmpty()) {
            print.println("nothing is missing");
        }
        print.flush();
        return works ? 0 : Fault.EXIT_CODE;
    }

    private static boolean engine(PrintWriter print, List<String> missing) {
        Engine engine;
        try {
            engine = TorchRuntime.require();
        } catch (IllegalStateException | LinkageError e) {
            Throwable said = e.getCause() == null ? e : e.getCause();
            missing.add(e instanceof LinkageError ? "the PyTorch engine: " + said : e.getMessage());
            return false;
        }
        line(
                print,
                "libtorch",
                engine.getVersion() + " (tested: " + TorchRuntime.TESTED_TORCH + ")");
        String told = System.getenv("OMP_NUM_THREADS");
        line(
                print,
                "threads",
                TorchRuntime.threads()
                        + " within one operation"
                        + (told == null ? "" : ", by OMP_NUM_THREADS=" + told));
        line(print, "GPUs", Gpus.of(engine));
        TorchRuntime.warnings(Engine.getDjlVersion(), engine.getVersion())
                .forEach(warning -> print.println("warning: " + warning));
        return true;
    }

    private static void nd4j(PrintWriter print, List<String> missing) {
        try {
            Class.forName(
                    "org.nd4j.linalg.factory.Nd4j", false, DoctorCommand.class.getClassLoader());
            line(print, "ND4J", "found");
        } catch (ClassNotFoundException e) {
            missing.add(
                    "ND4J, which the singular-value analysis alone needs; add"
                            + " org.nd4j:nd4j-native");
        }
    }

    static void line(PrintWriter print, String name, Object value) {
        print.printf(Locale.ROOT, "%-11s %s%n", name, value);
    }
}
