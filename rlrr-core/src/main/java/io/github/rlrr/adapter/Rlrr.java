package io.github.rlrr.adapter;

import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.module.Site;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The door to this library: adapt a block, load an adapter, see what can be adapted. */
public final class Rlrr {

    private Rlrr() {}

    /**
     * Adapts an initialized block: its parameters are frozen and, where the configuration says,
     * read through new trainable tensors.
     *
     * @param base any DJL block; it stays the caller's to close
     * @param config what is adapted and how
     * @return the adapted block; close it to free the adapter's tensors
     * @throws IllegalArgumentException when the base is not initialized, not float32 or already
     *     adapted, or a target matches no module (with the nearest names)
     */
    public static AdaptedBlock adapt(Block base, AdapterConfig config) {
        ModuleTree tree = checkedTree(base);
        return new AdaptedBlock(base, tree, Adapter.anew(tree, config));
    }

    /**
     * Loads an adapter folder onto its base.
     *
     * @param base the initialized base it was trained on, from whatever file; it stays the caller's
     *     to close
     * @param folder the folder {@link AdaptedBlock#save} wrote
     * @return the adapted block
     * @throws IOException in one line when a file is missing, damaged or of another base; nothing
     *     is changed then
     */
    public static AdaptedBlock load(Block base, Path folder) throws IOException {
        return AdapterFolder.load(folder, base, checkedTree(base));
    }

    /**
     * Loads an adapter's tensors from a file that is no adapter folder, such as one that another
     * program wrote. The file says nothing of the base or the method: that they fit is the caller's
     * word.
     *
     * @param base the initialized base; it stays the caller's to close
     * @param config what the file's tensors adapt and how
     * @param tensors exactly the adapter's tensors, under their full names ({@code <module
     *     path>.<tensor>}) and in their shapes; it stays the caller's to close
     * @return the adapted block
     * @throws IOException in one line that names every missing, unexpected and mis-shaped tensor;
     *     nothing is changed then
     * @throws IllegalArgumentException as for {@link #adapt}
     */
    public static AdaptedBlock load(Block base, AdapterConfig config, TensorReader tensors)
            throws IOException {
        ModuleTree tree = checkedTree(base);
        Adapter adapter = new Adapter(tree, config);
        try {
            AdapterTensors.fill(adapter, tensors);
            return new AdaptedBlock(base, tree, adapter);
        } catch (IOException | RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    /**
     * Starts a set of named adapters on one initialized block; the first adapter freezes it.
     *
     * @param base any DJL block; it stays the caller's to close
     * @return a set without adapters yet
     * @throws IllegalArgumentException when the base is not initialized, not float32 or already
     *     adapted
     */
    public static AdapterSet adapters(Block base) {
        return new AdapterSet(base, checkedTree(base));
    }

    /**
     * Starts a pool of adapters that serve on one initialized block, which freezes it.
     *
     * @param base any DJL block; it stays the caller's to close, and is not to change while the
     *     pool is open
     * @param byteBudget what effective weights may take beside the base and the adapters' own
     *     tensors; 0 to keep none
     * @return a pool without adapters yet
     * @throws IllegalArgumentException when the base is not initialized, not float32 or float16, or
     *     already adapted, or the budget is negative
     */
    public static AdapterPool pool(Block base, long byteBudget) {
        return new AdapterPool(base, checkedTree(base), byteBudget);
    }

    /**
     * Lists every module that can be targeted, before anything is adapted.
     *
     * @param block the block
     * @return its tree; print it
     */
    public static ModuleTree tree(Block block) {
        return ModuleTree.of(block);
    }

    private static ModuleTree checkedTree(Block base) {
        TorchRuntime.require();
        ModuleTree tree = ModuleTree.of(base);
        for (ModuleTree.Module module : tree.modules().values()) {
            if (module.block() instanceof AdaptedBlock || module.block() instanceof RlrrLinear) {
                throw new IllegalArgumentException(
                        "the block is already adapted at \""
                                + module.path()
                                + "\": adapters are not nested; adapt its base instead");
            }
        }
        if (tree.parameters().isEmpty()) {
            throw new IllegalArgumentException("the block has no parameters to adapt");
        }
        for (Map.Entry<String, Parameter> entry : tree.parameters().entrySet()) {
            if (!entry.getValue().isInitialized()) {
                throw new IllegalArgumentException(
                        "the base is not initialized: parameter \""
                                + entry.getKey()
                                + "\" has no values; load its weights or call initialize first");
            }
        }
        tree.sites().forEach(Rlrr::requireFloat);
        if (!base.isInitialized()) {
            throw new IllegalArgumentException(
                    "the base has weights but no input shapes; call initialize with its input"
                            + " shape first");
        }
        return tree;
    }

    /** What is computed from a float16 weight and float32 tensors is float32. */
    private static void requireFloat(Site site) {
        DataType type = site.weight().getArray().getDataType();
        if (type != DataType.FLOAT32 && type != DataType.FLOAT16) {
            throw new IllegalArgumentException(
                    "the weight of \""
                            + site.path()
                            + "\" is "
                            + type
                            + ", expected FLOAT32 or FLOAT16; convert the base first");
        }
    }
}
