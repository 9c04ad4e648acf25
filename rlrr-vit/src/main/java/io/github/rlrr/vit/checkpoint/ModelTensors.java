package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.tensor.TensorFileException;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The tensors of one model of a file, under the names that its layout has. */
final class ModelTensors implements TensorReader {

    private final TensorReader file;
    private final ModelNames names;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

    private final boolean distilled;
    private final Map<String, ParallelBlocks.Piece> pieces;

    private ModelTensors(TensorReader file, ModelNames names) throws IOException {
        this.file = file;
        this.names = names;
        names.theirs()
                .forEach(
                        (ours, theirs) -> {
                            TensorInfo info = Objects.requireNonNull(file.tensors().get(theirs));
                            tensors.put(ours, new TensorInfo(ours, info.type(), info.shape()));
                        });
        distilled = DistilledHead.join(file.file(), tensors);
        pieces = ParallelBlocks.split(tensors);
    }

    /**
     * Opens a checkpoint's weights.
     *
     * @throws IOException when the file is missing, damaged or an adapter's, or holds several
     *     models of which none was asked for
     */
    static ModelTensors open(CheckpointFiles files) throws IOException {
        return open(files, VitLayout.all().stream().map(CheckpointLayout::naming).toList());
    }

    /** The same for models whose names may follow these layouts. */
    static ModelTensors open(CheckpointFiles files, List<Naming> layouts) throws IOException {
        TensorReader file = TensorReader.open(files.weights());
        try {
            return new ModelTensors(
                    file,
                    ModelNames.of(
                            file.file(),
                            file.tensors(),
                            files.model(),
                            files.projected(),
                            layouts));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** What was chosen, taken off and left out, in one line; empty where nothing was. */
    String note() {
        return names.note().isEmpty() ? "" : file.file() + ": " + names.note();
    }

    @Override
    public Path file() {
        return file.file();
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public Map<String, String> metadata() {
        return file.metadata();
    }

    @Override
    public NDArray read(String name, NDManager manager) throws TensorFileException {
        TensorInfo info = tensors.get(name);
        return info == null || !(isOfTwo(name) || pieces.containsKey(name))
                ? file.read(theirs(name), manager)
                : manager.create(readFloats(name), info.shape());
    }

    @Override
    public float[] readFloats(String name) throws TensorFileException {
        ParallelBlocks.Piece piece = pieces.get(name);
        if (piece != null) {
            return piece.of(file.readFloats(theirs(piece.tensor())));
        }
        float[] values = file.readFloats(theirs(name));
        TensorInfo info = tensors.get(name);
        return info == null || !isOfTwo(name)
                ? values
                : DistilledHead.joined(
                        name,
                        values,
                        file.readFloats(theirs(DistilledHead.other(name))),
                        Math.toIntExact(info.shape().get(0)));
    }

    private boolean isOfTwo(String name) {
        return distilled && !DistilledHead.other(name).isEmpty();
    }

    private String theirs(String name) {
        return names.theirs().getOrDefault(name, name);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
