package io.github.rlrr.examples.option;

import io.github.rlrr.vit.data.ListedPaths;
import picocli.CommandLine.Option;

/** {@code --allow-outside}: where the images of lists may lie. */
public final class OutsideOption {

    @Option(
            names = "--allow-outside",
            description =
                    "Follow paths in lists that lead out of the folder of the list: absolute ones,"
                            + " and those with ... Default: they are a fault.")
    private boolean outside;

    public ListedPaths allowed() {
        return outside ? ListedPaths.ANYWHERE : ListedPaths.IN_FOLDER;
    }
}
