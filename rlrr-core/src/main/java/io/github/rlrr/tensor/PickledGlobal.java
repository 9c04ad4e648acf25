package io.github.rlrr.tensor;

import io.github.rlrr.io.OneLine;
import io.github.rlrr.tensor.PickledTensor.ElementType;
import io.github.rlrr.tensor.PickledTensor.Storage;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Python name, and what calling it gives here: of the few that a state dict needs the value, of
 * any other a {@link PickledForeign}. Names that a pickle has only to run code are refused at once.
 *
 * @param name module and name, joined by a dot
 * @param kind what it stands for
 */
record PickledGlobal(String name, Kind kind) {

    private static final Map<String, Kind> KNOWN =
            Map.of(
                    "collections.OrderedDict", Kind.ORDERED_DICT,
                    "torch._utils._rebuild_tensor_v2", Kind.TENSOR,
                    "torch._utils._rebuild_tensor_v3", Kind.TENSOR_OF_TYPE,
                    "torch._utils._rebuild_parameter", Kind.PARAMETER,
                    "torch.Size", Kind.SIZE,
                    "torch.storage.UntypedStorage", Kind.STORAGE);

    private static final Pattern STORAGE = Pattern.compile("torch\\.[A-Za-z0-9]+Storage");
    private static final Pattern TYPE =
            Pattern.compile("torch\\.(bool|(b?float|u?int|complex|qu?int)[0-9][a-z0-9_]*)");

    /**
     * Modules and names of no training's state. Nothing here would call them; but whoever opens the
     * file in Python would, and should know.
     */
    private static final Pattern CODE =
            Pattern.compile(
                    "(os|posix|nt|sys|subprocess|importlib|runpy|socket|pty|shutil|ctypes|code|codeop"
                            + "|webbrowser|pickle|_pickle|marshal|types|operator|multiprocessing"
                            + "|asyncio|threading|signal|urllib|http|requests|torch\\.jit|torch\\.hub)"
                            + "\\..*|torch\\.load|torch\\.storage\\._load_from_bytes|numpy\\.load"
                            + "|(builtins|__builtin__)\\.(?!(set|frozenset|list|dict|tuple|bytearray"
                            + "|bytes|str|int|float|bool|complex|range|slice|object|getattr)$).*"
                            + "|__builtin__\\.getattr",
                    Pattern.DOTALL);

    /** More than PyTorch's own operators take. */
    private static final int MOST_DIMENSIONS = 64;

    private static final String REMEDY =
            "expected a state dict; save that alone, with torch.save(model.state_dict(), FILE)";

    /** Element types by the names of their storages and by their own. */
    private static final Map<String, TensorType> TYPES =
            Map.ofEntries(
                    Map.entry("torch.DoubleStorage", TensorType.F64),
                    Map.entry("torch.FloatStorage", TensorType.F32),
                    Map.entry("torch.HalfStorage", TensorType.F16),
                    Map.entry("torch.BFloat16Storage", TensorType.BF16),
                    Map.entry("torch.LongStorage", TensorType.I64),
                    Map.entry("torch.IntStorage", TensorType.I32),
                    Map.entry("torch.ShortStorage", TensorType.I16),
                    Map.entry("torch.CharStorage", TensorType.I8),
                    Map.entry("torch.ByteStorage", TensorType.U8),
                    Map.entry("torch.BoolStorage", TensorType.BOOL),
                    Map.entry("torch.float64", TensorType.F64),
                    Map.entry("torch.float32", TensorType.F32),
                    Map.entry("torch.float16", TensorType.F16),
                    Map.entry("torch.bfloat16", TensorType.BF16),
                    Map.entry("torch.int64", TensorType.I64),
                    Map.entry("torch.int32", TensorType.I32),
                    Map.entry("torch.int16", TensorType.I16),
                    Map.entry("torch.int8", TensorType.I8),
                    Map.entry("torch.uint8", TensorType.U8),
                    Map.entry("torch.bool", TensorType.BOOL));

    /** What a name stands for. */
    enum Kind {
        ORDERED_DICT,
        TENSOR,
        TENSOR_OF_TYPE,
        PARAMETER,
        SIZE,
        STORAGE,
        TYPE,
        FOREIGN
    }

    /**
     * Looks a name up.
     *
     * @throws TensorProblemException if only a pickle that runs code has it
     */
    static PickledGlobal of(String module, String name) throws TensorProblemException {
        String full = module + "." + name;
        @Nullable Kind kind = KNOWN.get(full);
        if (kind != null) {
            return new PickledGlobal(full, kind);
        }
        if (STORAGE.matcher(full).matches()) {
            return new PickledGlobal(full, Kind.STORAGE);
        }
        if (TYPE.matcher(full).matches()) {
            return new PickledGlobal(full, Kind.TYPE);
        }
        if (CODE.matcher(full).matches()) {
            throw refused(full);
        }
        return new PickledGlobal(full, Kind.FOREIGN);
    }

    /** Refuses what a name makes, or would do. */
    static TensorProblemException refused(String name) {
        return new TensorProblemException(
                "asks for %s, which is no part of a state dict; refused: %s"
                        .formatted(OneLine.start(name), REMEDY));
    }

    /**
     * Calls the name with arguments.
     *
     * @throws TensorProblemException if it cannot be called, or not so
     */
    Object call(List<?> arguments) throws TensorProblemException {
        switch (kind) {
            case ORDERED_DICT -> {
                if (arguments.isEmpty()) {
                    return new PickledDict(true);
                }
            }
            case SIZE -> {
                if (arguments.size() == 1 && arguments.get(0) instanceof List<?> dimensions) {
                    return dimensions;
                }
            }
            case PARAMETER -> {
                // (data, requires_grad, backward_hooks)
                if (arguments.size() == 3 && arguments.get(0) instanceof PickledTensor tensor) {
                    return tensor;
                }
            }
            case TENSOR -> {
                if (arguments.size() == 6 || arguments.size() == 7) {
                    requirePlain(arguments, 6);
                    return tensor(arguments, null);
                }
            }
            case TENSOR_OF_TYPE -> {
                if ((arguments.size() == 7 || arguments.size() == 8)
                        && arguments.get(6) instanceof PickledGlobal type
                        && type.kind == Kind.TYPE) {
                    requirePlain(arguments, 7);
                    return tensor(arguments, type.elementType());
                }
            }
            case FOREIGN -> {
                return new PickledForeign(name);
            }
            case STORAGE, TYPE -> {}
        }
        throw unexpected();
    }

    /** (storage, storage_offset, size, stride, requires_grad, backward_hooks, …). */
    private PickledTensor tensor(List<?> arguments, @Nullable ElementType named)
            throws TensorProblemException {
        if (arguments.get(0) instanceof Storage storage
                && arguments.get(1) instanceof Long offset
                && arguments.get(2) instanceof List<?> size
                && arguments.get(3) instanceof List<?> stride) {
            @Nullable ElementType type = named == null ? storage.type() : named;
            if (type != null) {
                return new PickledTensor(storage, type, offset, numbers(size), numbers(stride));
            }
        }
        throw unexpected();
    }

    private void requirePlain(List<?> arguments, int metadata) throws TensorProblemException {
        if (arguments.size() > metadata
                && arguments.get(metadata) instanceof PickledDict marks
                && !marks.entries().isEmpty()) {
            throw new TensorProblemException(
                    "has a conjugate or negative view of a tensor, expected the tensor itself;"
                            + " save it with .resolve_conj().resolve_neg()");
        }
    }

    private long[] numbers(List<?> values) throws TensorProblemException {
        // Many tensors may name one tuple, which must not be copied for each if it is long.
        if (values.size() > MOST_DIMENSIONS) {
            throw new TensorProblemException(
                    "has a tensor of %s dimensions, expected at most %s"
                            .formatted(values.size(), MOST_DIMENSIONS));
        }
        long[] numbers = new long[values.size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!(values.get(i) instanceof Long number)) {
                throw unexpected();
            }
            numbers[i] = number;
        }
        return numbers;
    }

    /** The element type that a storage's or a type's name says. */
    ElementType elementType() {
        return new ElementType(name, TYPES.get(name));
    }

    /**
     * Resolves what torch.save puts in place of a storage: {@code ('storage', class, key, location,
     * count)}. The location is where it was, such as {@code cuda:0}, and says nothing here.
     */
    static Storage storage(Object id) throws TensorProblemException {
        if (id instanceof List<?> parts
                && parts.size() == 5
                && "storage".equals(parts.get(0))
                && parts.get(1) instanceof PickledGlobal type
                && type.kind == Kind.STORAGE
                && parts.get(2) instanceof String key
                && parts.get(3) instanceof String
                && parts.get(4) instanceof Long count) {
            boolean bytes = type.name.endsWith(".UntypedStorage");
            return new Storage(bytes ? null : type.elementType(), key, count);
        }
        throw new TensorProblemException(
                "has a persistent id of another form than torch.save writes, expected"
                        + " ('storage', class, key, location, count)");
    }

    private TensorProblemException unexpected() {
        return new TensorProblemException(
                "uses %s in another way than torch.save does".formatted(name));
    }
}
