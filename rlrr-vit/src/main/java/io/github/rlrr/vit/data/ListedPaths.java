package io.github.rlrr.vit.data;

/** Where the images of lists may lie. */
public enum ListedPaths {
    /** In the folder of the list, at any depth; a path that leads out of it is a fault. */
    IN_FOLDER,

    /** Anywhere: absolute paths and those with {@code ..} are followed. For lists one trusts. */
    ANYWHERE
}
