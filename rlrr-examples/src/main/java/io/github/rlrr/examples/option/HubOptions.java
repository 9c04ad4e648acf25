package io.github.rlrr.examples.option;

import io.github.rlrr.vit.hub.Hub;
import io.github.rlrr.vit.hub.HubSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How checkpoints named on a hub are had. */
public final class HubOptions {

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description =
                    "Where checkpoints of a hub are kept. Default: RLRR_CACHE, else the platform's"
                            + " usual place; rlrr doctor prints it.")
    private @Nullable Path cache;

    @Option(
            names = "--offline",
            description = "Use the cache only. Default: RLRR_OFFLINE or HF_HUB_OFFLINE.")
    private boolean offline;

    @Option(
            names = "--sha256",
            paramLabel = "HEX",
            description = "The SHA-256 that the weights of a hub must have.")
    private @Nullable String sha256;

    Hub hub() {
        HubSettings settings =
                cache == null ? HubSettings.fromEnvironment() : HubSettings.fromEnvironment(cache);
        return new Hub(settings.withOffline(offline || settings.offline()));
    }

    /** The checksum that is demanded, or null. */
    @Nullable String sha256() {
        return sha256;
    }
}
