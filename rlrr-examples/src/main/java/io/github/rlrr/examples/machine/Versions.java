package io.github.rlrr.examples.machine;

import ai.djl.engine.Engine;
import io.github.rlrr.torch.Threads;
import io.github.rlrr.torch.TorchRuntime;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.IVersionProvider;

/** What {@code rlrr --version} prints. */
public final class Versions implements IVersionProvider {

    public static String library() {
        String version = TorchRuntime.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** What a run was computed with, for its page; loads the engine. */
    public static Map<String, String> all() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("rlrr", library());
        versions.put("DJL", Engine.getDjlVersion());
        versions.put("libtorch", TorchRuntime.require().getVersion());
        versions.put(
                "Java",
                System.getProperty("java.version")
                        + " ("
                        + System.getProperty("java.vendor")
                        + ")");
        versions.put(
                "system",
                String.join(
                        " ",
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("os.arch")));
        versions.put("processors", Integer.toString(Threads.processors()));
        versions.put("threads", TorchRuntime.threads() + " within one operation");
        return versions;
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "rlrr " + library(),
            "DJL " + Engine.getDjlVersion() + ", tested with libtorch " + TorchRuntime.TESTED_TORCH,
            "Java " + System.getProperty("java.version")
        };
    }
}
