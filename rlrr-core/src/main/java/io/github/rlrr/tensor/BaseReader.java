package io.github.rlrr.tensor;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the readers share: finding a tensor by name, decoding it, and naming what went wrong. */
abstract class BaseReader implements TensorReader {

    private static final int NAMES_SHOWN = 3;

    private final Path file;
    private final Map<String, TensorInfo> tensors;

    BaseReader(Path file, Map<String, TensorInfo> tensors) {
        this.file = file;
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /** Opens the data of a tensor of this file. */
    abstract TensorBytes bytes(TensorInfo tensor) throws IOException;

    @Override
    public final Path file() {
        return file;
    }

    @Override
    public final Map<String, TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public final NDArray read(String name, NDManager manager) throws TensorFileException {
        return decode(name, (tensor, bytes) -> ArrayDecoder.decode(tensor, bytes, manager));
    }

    @Override
    public final float[] readFloats(String name) throws TensorFileException {
        return decode(name, FloatDecoder::decode);
    }

    private <T> T decode(String name, Decoder<T> decoder) throws TensorFileException {
        TensorInfo tensor = find(name);
        try (TensorBytes bytes = bytes(tensor)) {
            return decoder.decode(tensor, bytes);
        } catch (TensorFileException e) {
            throw e;
        } catch (TensorProblemException e) {
            throw new TensorFileException(file, name, TensorFileException.reason(e), e);
        } catch (EOFException e) {
            throw new TensorFileException(
                    file,
                    name,
                    "ends before its %s bytes; the file was cut short or replaced"
                            .formatted(tensor.byteCount()),
                    e);
        } catch (ClosedChannelException e) {
            throw new TensorFileException(file, name, "was read after the reader was closed", e);
        } catch (IOException e) {
            throw new TensorFileException(
                    file, name, "cannot be read: " + TensorFileException.reason(e), e);
        } catch (OutOfMemoryError e) {
            // One array was asked for and not granted, which leaves the JVM as it was.
            throw new TensorFileException(
                    file,
                    name,
                    "of %s bytes does not fit into Java's heap of %s; start Java with a larger -Xmx"
                            .formatted(tensor.byteCount(), Runtime.getRuntime().maxMemory()),
                    e);
        } catch (EngineException e) {
            throw new TensorFileException(
                    file,
                    name,
                    "of %s bytes was refused by the engine: %s"
                            .formatted(tensor.byteCount(), TensorFileException.reason(e)),
                    e);
        }
    }

    private TensorInfo find(String name) throws TensorFileException {
        TensorInfo tensor = tensors.get(name);
        if (tensor != null) {
            return tensor;
        }
        List<String> near = Names.nearest(name, tensors.keySet(), NAMES_SHOWN);
        List<String> shown =
                near.isEmpty() ? tensors.keySet().stream().limit(NAMES_SHOWN).toList() : near;
        String listed = String.join(", ", shown.stream().map(TensorFileException::quote).toList());
        throw new TensorFileException(
                file,
                name,
                "is not in the file; "
                        + (near.isEmpty()
                                ? "it holds %s tensors: %s%s"
                                        .formatted(
                                                tensors.size(),
                                                listed,
                                                tensors.size() > NAMES_SHOWN ? ", …" : "")
                                : "did you mean " + listed + "?"));
    }

    /** Turns a tensor's bytes into a Java or DJL value. */
    @FunctionalInterface
    private interface Decoder<T> {
        T decode(TensorInfo tensor, TensorBytes bytes) throws IOException;
    }
}
