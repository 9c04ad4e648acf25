package io.github.rlrr.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads a checkpoint in several files through its {@link ShardIndex}. The list and the files'
 * headers must name the same tensors.
 */
final class ShardedReader implements TensorReader {

    private final ShardIndex index;
    private final Map<String, TensorReader> shards = new LinkedHashMap<>();
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

    private ShardedReader(ShardIndex index) {
        this.index = index;
    }

    static ShardedReader open(Path file, ReadLimits limits) throws TensorFileException {
        ShardIndex index = ShardIndex.read(file);
        if (index.shards().size() > limits.maxTensors()) {
            throw new TensorFileException(
                    file,
                    "names %s tensors, expected at most %s (ReadLimits.maxTensors)"
                            .formatted(index.shards().size(), limits.maxTensors()));
        }
        ShardedReader reader = new ShardedReader(index);
        try {
            reader.openShards(limits);
        } catch (TensorFileException | RuntimeException e) {
            reader.closeAfter(e);
            throw e;
        }
        return reader;
    }

    private void openShards(ReadLimits limits) throws TensorFileException {
        for (String name : index.names()) {
            Path path = index.file().resolveSibling(name);
            TensorReader shard = TensorReader.open(path, limits);
            shards.put(name, shard);
            for (TensorInfo tensor : shard.tensors().values()) {
                String listed = index.shards().get(tensor.name());
                if (!name.equals(listed)) {
                    throw new TensorFileException(
                            path,
                            tensor.name(),
                            listed == null
                                    ? "is not in %s, expected every tensor to be there"
                                            .formatted(index.file())
                                    : "is in %s by the word of %s, expected each tensor once"
                                            .formatted(listed, index.file()));
                }
            }
        }
        for (Map.Entry<String, String> entry : index.shards().entrySet()) {
            TensorReader shard = shards.get(entry.getValue());
            TensorInfo tensor = shard == null ? null : shard.tensors().get(entry.getKey());
            if (tensor == null) {
                throw new TensorFileException(
                        index.file().resolveSibling(entry.getValue()),
                        entry.getKey(),
                        "is missing, expected it here by the word of " + index.file());
            }
            tensors.put(tensor.name(), tensor);
        }
    }

    private void closeAfter(Exception e) {
        try {
            close();
        } catch (IOException closing) {
            e.addSuppressed(closing);
        }
    }

    @Override
    public Path file() {
        return index.file();
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** The texts of all files; of one key the first file's. */
    @Override
    public Map<String, String> metadata() {
        Map<String, String> all = new LinkedHashMap<>();
        for (TensorReader shard : shards.values()) {
            shard.metadata().forEach(all::putIfAbsent);
        }
        return Collections.unmodifiableMap(all);
    }

    @Override
    public NDArray read(String name, NDManager manager) throws TensorFileException {
        return shard(name).read(name, manager);
    }

    @Override
    public float[] readFloats(String name) throws TensorFileException {
        return shard(name).readFloats(name);
    }

    private TensorReader shard(String name) throws TensorFileException {
        TensorReader shard = shards.get(index.shards().getOrDefault(name, ""));
        if (shard == null) {
            throw new TensorFileException(file(), name, "is not in the list of tensors");
        }
        return shard;
    }

    @Override
    public void close() throws IOException {
        IOException fault = null;
        for (TensorReader shard : shards.values()) {
            try {
                shard.close();
            } catch (IOException e) {
                fault = e;
            }
        }
        if (fault != null) {
            throw fault;
        }
    }
}
