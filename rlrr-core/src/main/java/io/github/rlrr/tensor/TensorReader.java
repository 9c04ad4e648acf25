package io.github.rlrr.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads named tensors from a safetensors, npz or PyTorch file that need not be trusted.
 *
 * <p>A checkpoint in several files is opened by its {@link ShardIndex}, as one file is.
 *
 * <p>Opening reads and checks the headers; the data of a tensor is read when it is asked for. No
 * byte of the file is executed or mapped into memory: a file that lies about its sizes, or is cut
 * or replaced while it is open, ends in a {@link TensorFileException}.
 *
 * <p>Of PyTorch files, the archives are read that {@code torch.save} writes since PyTorch 1.6, and
 * of these the state dicts: the pickle inside is interpreted by a reader that knows dictionaries of
 * tensors, calls nothing, and passes over what else a training saved beside them. The state dict is
 * what was saved, or the only dictionary of tensors in the dictionary that was saved, under
 * whatever key; single numbers beside it and values that are no tensors are passed over. Of several
 * such dictionaries all tensors are listed, with their dictionary's key and a dot before their
 * names.
 *
 * <pre>{@code
 * try (TensorReader reader = TensorReader.open(Path.of("vit.safetensors"))) {
 *     NDArray weight = reader.read("head.weight", manager);
 * }
 * }</pre>
 *
 * <p>A reader may be used by several threads at once. An interrupt of a thread that reads a
 * safetensors file closes the reader, as with any {@link java.nio.channels.FileChannel}.
 */
public interface TensorReader extends Closeable {

    /**
     * Opens a file with {@link ReadLimits#DEFAULTS}.
     *
     * @param file a safetensors, npz or PyTorch file, or the list of such files, told apart by
     *     content, whatever the name
     * @return the reader, to be closed by the caller
     * @throws TensorFileException if the file is missing, malformed or none of the three
     */
    static TensorReader open(Path file) throws TensorFileException {
        return open(file, ReadLimits.DEFAULTS);
    }

    /**
     * Opens a file.
     *
     * @param file a safetensors, npz or PyTorch file, or the list of such files, told apart by
     *     content, whatever the name
     * @param limits what to accept
     * @return the reader, to be closed by the caller
     * @throws TensorFileException if the file is missing, malformed, beyond the limits or none of
     *     the three, or if its header does not fit into Java's heap
     */
    static TensorReader open(Path file, ReadLimits limits) throws TensorFileException {
        try {
            return TensorFileFormat.of(file).open(file, limits);
        } catch (OutOfMemoryError e) {
            // What was read so far is garbage by now, so there is memory again.
            throw new TensorFileException(
                    file,
                    "has a header that does not fit into Java's heap of %s bytes; start Java with a"
                                    .formatted(Runtime.getRuntime().maxMemory())
                            + " larger -Xmx, or lower ReadLimits.maxHeaderBytes",
                    e);
        }
    }

    /**
     * The file this reader was opened on.
     *
     * @return the path as it was given
     */
    Path file();

    /**
     * What the file holds.
     *
     * @return the tensors by name, in the order of the file's header, unmodifiable
     */
    Map<String, TensorInfo> tensors();

    /**
     * The texts a safetensors file carries under {@code __metadata__}.
     *
     * @return the texts by key, unmodifiable; empty for the others
     */
    Map<String, String> metadata();

    /**
     * Reads one tensor.
     *
     * <p>F64, F32, I64, I32, I8, U8 and BOOL keep their type. F16 and BF16 become FLOAT32 and I16
     * becomes INT32, all exactly: DJL ends the JVM on bfloat16 and int16 arrays.
     *
     * @param name a key of {@link #tensors()}
     * @param manager owns the array and gives its device
     * @return a new array of the tensor's shape, to be closed by the caller or with {@code manager}
     * @throws TensorFileException if there is no such tensor, if its data is damaged or cut short,
     *     or if there is no memory for it
     */
    NDArray read(String name, NDManager manager) throws TensorFileException;

    /**
     * Reads one tensor as float32 values, row by row (the last dimension varies fastest).
     *
     * <p>F16, BF16, I8, U8 and I16 convert exactly, F64 to the nearest float.
     *
     * @param name a key of {@link #tensors()}
     * @return a new array of {@link TensorInfo#elementCount()} values
     * @throws TensorFileException if there is no such tensor, if its data is damaged or cut short,
     *     if it has more elements than a Java array, if it is BOOL, if an I32 or I64 value is not a
     *     float32 exactly, or if a finite F64 value is beyond float32's range
     */
    float[] readFloats(String name) throws TensorFileException;
}
