package io.github.rlrr.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
    /**
     * The version of operators that programs are written for: the first where gelu has its form by
     * tanh.
     */
    private static final int OPERATORS = 10;

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

    private static final Map<String, TorchProgram> SHARED = new ConcurrentHashMap<>();

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
        manager = TorchRuntime.newManager(Device.cpu());
        manager.setName("torch program");
        try {
            byte[] archive = archive(methods);
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

    /**
     * The program of a text, compiled once in this process and kept to its end; not to be closed.
     *
     * @param methods the methods' text
     * @return the program
     * @throws IllegalArgumentException as the constructor does
     */
    public static TorchProgram shared(String methods) {
        return SHARED.computeIfAbsent(methods, TorchProgram::new);
    }

    /**
     * Whether this libtorch can run a program, as not every build has every operator.
     *
     * @param methods the methods' text
     * @return false where it does not compile
     */
    public static boolean compiles(String methods) {
        try {
            shared(methods);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] pickle(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * A program as the file that {@code torch.jit.load} reads, so that it can be run, timed and
     * compared outside the JVM.
     *
     * @param methods the methods' text, not compiled here
     * @return a TorchScript archive
     */
    public static byte[] archive(String methods) {
        String code = PREAMBLE + methods;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "archive/data.pkl", DATA);
            put(zip, "archive/code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
            put(zip, "archive/constants.pkl", CONSTANTS);
            put(zip, "archive/version", (OPERATORS + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
     * Runs the method {@code forward} with autograd: gradients reach the inputs.
     *
     * @param inputs its tensor arguments in order; the first one's manager owns the results
     * @return the results
     */
    public NDList forward(NDArray... inputs) {
        UNOPTIMIZED.get();
        NDArray[] plain = new NDArray[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            plain[i] = isStructured(inputs[i].getName()) ? unnamed(inputs[i]) : inputs[i];
        }
        try {
            return IValueUtils.forward(module, new NDList(plain), true);
        } finally {
            for (int i = 0; i < inputs.length; i++) {
                if (plain[i] != inputs[i]) {
                    plain[i].close();
                }
            }
        }
    }

    /** DJL reads structure into names: "a.b" would become a dictionary, "a[]" a list. */
    private static boolean isStructured(@Nullable String name) {
        return name != null
                && (name.contains(".")
                        || name.contains("[")
                        || name.contains("(")
                        || name.startsWith("module_method:"));
    }

    /** A view without a name; the array keeps its own, for whoever else is reading it. */
    private static NDArray unnamed(NDArray array) {
        return array.reshape(array.getShape());
    }

    /**
     * Runs a method under inference mode, for its effect on its arguments: what it returns is
     * dropped, and nothing is recorded.
     *
     * @param method the method's name
     * @param arguments {@link NDArray}, {@code List<NDArray>}, {@link Double}, {@link Long} or
     *     {@link Boolean}, in the method's order
     * @throws IllegalArgumentException for an argument of another type
     */
    public void run(String method, Object... arguments) {
        UNOPTIMIZED.get();
        List<IValue> values = new ArrayList<>();
        try {
            for (Object argument : arguments) {
                values.add(value(argument));
            }
            IValueUtils.runMethod(module, method, values.toArray(new IValue[0])).close();
        } finally {
            values.forEach(IValue::close);
        }
    }

    private static IValue value(Object argument) {
        if (argument instanceof PtNDArray array) {
            return IValue.from(array);
        }
        if (argument instanceof Double number) {
            return IValue.from(number.doubleValue());
        }
        if (argument instanceof Long number) {
            return IValue.from(number.longValue());
        }
        if (argument instanceof Boolean flag) {
            return IValue.from(flag.booleanValue());
        }
        if (argument instanceof List<?> list) {
            return IValue.listFrom(
                    list.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new));
        }
        throw new IllegalArgumentException(
                "a program takes arrays, lists of arrays, Double, Long and Boolean, not "
                        + argument.getClass().getName());
    }

    /** Unloads the program. */
    @Override
    public void close() {
        manager.close();
    }
}
