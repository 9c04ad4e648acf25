package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.tensor.TensorFileException;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shows a file of the published code under our names and shapes, see {@link PublishedAdapter}. */
final class PublishedNames implements TensorReader {

    private static final Pattern LAYER =
            Pattern.compile(
                    "transformer\\.encoder\\.layer\\.(\\d{1,4})\\."
                            + "(attn\\.(?:query|key|value|out)|ffn\\.fc[12])\\."
                            + "(scale_col|scale_line|shift_bias)");
    private static final Pattern NORM =
            Pattern.compile(
                    "transformer\\.encoder\\.layer\\.(\\d{1,4})\\."
                            + "ssf_(scale|shift)_(attn|ffn)_norm");
    private static final Pattern LAST_NORM =
            Pattern.compile("transformer\\.encoder\\.ssf_(scale|shift)_enc_norm");
    private static final Pattern PATCH =
            Pattern.compile("transformer\\.embeddings\\.ssf_(scale|shift)_patch");

    private static final Map<String, String> TENSORS =
            Map.of("scale_col", "scale_left", "scale_line", "scale_right", "shift_bias", "shift");

    /** What DataParallel puts before every name. */
    private static final String WRAPPED = "module.";

    private final TensorReader published;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> theirs = new HashMap<>();

    /** Takes over the reader: closing this closes it. */
    PublishedNames(TensorReader published) {
        this.published = published;
        boolean wrapped =
                published.tensors().keySet().stream().allMatch(name -> name.startsWith(WRAPPED));
        for (TensorInfo info : published.tensors().values()) {
            String ours = ours(wrapped ? info.name().substring(WRAPPED.length()) : info.name());
            Shape shape = info.shape();
            // A shift of (1, out) is a row of the layer's outputs.
            boolean row = info.name().endsWith(".shift_bias") && shape.dimension() == 2;
            if (row && shape.get(0) == 1) {
                shape = shape.slice(1);
            }
            tensors.put(ours, new TensorInfo(ours, info.type(), shape));
            theirs.put(ours, info.name());
        }
    }

    /** Our name of a published tensor; a name that is none stays as it is, to be refused by it. */
    static String ours(String published) {
        Matcher layer = LAYER.matcher(published);
        if (layer.matches()) {
            return "blocks."
                    + layer.group(1)
                    + "."
                    + layer.group(2).replace("ffn.", "mlp.")
                    + "."
                    + TENSORS.get(layer.group(3));
        }
        Matcher norm = NORM.matcher(published);
        if (norm.matches()) {
            String which = norm.group(3).equals("attn") ? ".norm1." : ".norm2.";
            return "blocks." + norm.group(1) + which + norm.group(2);
        }
        Matcher last = LAST_NORM.matcher(published);
        if (last.matches()) {
            return "norm." + last.group(1);
        }
        Matcher patch = PATCH.matcher(published);
        return patch.matches() ? "patch_embed.proj." + patch.group(1) : published;
    }

    @Override
    public Path file() {
        return published.file();
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public Map<String, String> metadata() {
        return published.metadata();
    }

    @Override
    public NDArray read(String name, NDManager manager) throws TensorFileException {
        NDArray array = published.read(theirs.getOrDefault(name, name), manager);
        TensorInfo info = tensors.get(name);
        if (info == null || array.getShape().equals(info.shape())) {
            return array;
        }
        try (array) {
            return array.reshape(info.shape());
        }
    }

    @Override
    public float[] readFloats(String name) throws TensorFileException {
        return published.readFloats(theirs.getOrDefault(name, name));
    }

    @Override
    public void close() throws IOException {
        published.close();
    }
}
