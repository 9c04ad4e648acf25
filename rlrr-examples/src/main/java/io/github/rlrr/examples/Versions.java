package io.github.rlrr.examples;

import ai.djl.engine.Engine;
import io.github.rlrr.torch.TorchRuntime;
import picocli.CommandLine.IVersionProvider;

/** What {@code rlrr --version} prints. */
final class Versions implements IVersionProvider {

    static String library() {
        String version = TorchRuntime.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
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
