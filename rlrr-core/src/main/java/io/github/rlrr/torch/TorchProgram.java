package io.github.rlrr.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A TorchScript module written as Java text: any libtorch operator in one native call.
 *
 * <p>The text holds methods in serialized TorchScript, four spaces deep. The module has no
 * parameters and no state, so a program is safe to run from many threads and on any device.
 *
 * <pre>{@code
 * TorchProgram program = new TorchProgram("""
 *     def forward(self, x: Tensor, w: Tensor, p: Tensor) -> Tensor:
 *       return torch.linear(x, torch.addcmul(w, w, p))
 * """);
 * }</pre>
 */
public final class TorchProgram implements AutoCloseable {

    private static final String PREAMBLE =
            """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
            """;

    /** Protocol-2 pickle of {@code Program()} with the state {@code {"training": True}}. */
    private static final byte[] DATA =
            pickle("\200\2c__torch__\nProgram\n)\201}(X\10\0\0\0training\210ub.");

    /** Protocol-2 pickle of an empty tuple. */
    private static final byte[] CONSTANTS = pickle("\200\2).");

    /**
     * Without this libtorch profiles and recompiles a program in its first calls, on each thread.
     */
    private static final ThreadLocal<Boolean> UNOPTIMIZED =
            ThreadLocal.withInitial(
                    () -> {
                        JniUtils.setGraphExecutorOptimize(false);
                        return true;
                    });

    private final NDManager manager;
    private final PtSymbolBlock module;

    /**
     * Compiles a program.
     *
     * @param methods the methods' text
     * @throws IllegalArgumentException with the text and the compiler's message when it does not
     *     compile
     */
    public TorchProgram(String methods) {
        TorchRuntime.require();
        manager = NDManager.newBaseManager(Device.cpu(), TorchRuntime.ENGINE);
        manager.setName("torch program");
        try {
            byte[] archive = archive(PREAMBLE + methods);
            module =
                    JniUtils.loadModule(
                            (PtNDManager) manager, new ByteArrayInputStream(archive), false, false);
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            manager.close();
            throw new IllegalArgumentException(
                    "the program does not compile: " + e.getMessage() + "\n" + methods, e);
        }
    }

    private static byte[] pickle(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] archive(String code) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "archive/data.pkl", DATA);
            put(zip, "archive/code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
            put(zip, "archive/constants.pkl", CONSTANTS);
            put(zip, "archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /**
     * Runs the method {@code forward}. Where gradient mode is on, gradients reach the inputs;
     * in-place operations change them.
     *
     * @param arguments what the method takes, in order: {@link NDArray} for a Tensor, a non-empty
     *     {@code List<NDArray>} for a List[Tensor]
     * @return the results, on the first argument's manager
     * @throws IllegalArgumentException for an argument of another type or an empty list
     */
    public NDList forward(Object... arguments) {
        UNOPTIMIZED.get();
        NDList inputs = new NDList();
        List<@Nullable String> names = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof NDArray array) {
                names.add(array.getName());
                inputs.add(array);
            } else if (arguments[i] instanceof List<?> list && !list.isEmpty()) {
                for (Object element : list) {
                    NDArray array = (NDArray) element;
                    names.add(array.getName());
                    inputs.add(array);
                }
            } else {
                throw new IllegalArgumentException(
                        "argument "
                                + i
                                + " is "
                                + arguments[i]
                                + ", expected an NDArray or a non-empty list of them");
            }
        }
        try {
            nameByStructure(arguments);
            return IValueUtils.forward(module, inputs, true);
        } finally {
            for (int i = 0; i < names.size(); i++) {
                inputs.get(i).setName(names.get(i));
            }
        }
    }

    /** DJL reads an argument's structure off array names: "x[]" is in the list x, null a tensor. */
    private static void nameByStructure(Object[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof NDArray array) {
                array.setName(null);
            } else {
                for (Object element : (List<?>) arguments[i]) {
                    ((NDArray) element).setName("list" + i + "[]");
                }
            }
        }
    }

    /** Unloads the program. */
    @Override
    public void close() {
        manager.close();
    }
}
