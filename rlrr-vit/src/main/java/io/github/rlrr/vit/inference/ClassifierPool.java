package io.github.rlrr.vit.inference;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.AdapterPool;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Labels images through many adapters of one network, which is held once; {@link AdapterPool} says
 * what is kept beside it.
 *
 * <pre>{@code
 * try (ClassifierPool pool = ClassifierPool.on(vit, 2L << 30)) {
 *     pool.load("pets", Path.of("pets-rlrr"));
 *     pool.load("flowers", Path.of("flowers-rlrr"));
 *     Classification answer = pool.classify("pets", ImageSource.of(Path.of("photo.jpg")));
 * }
 * }</pre>
 *
 * <p>Each adapter has its own classes, preprocessing and threshold. Safe for use by several
 * threads; adapters are added, replaced and removed while others serve.
 */
public final class ClassifierPool implements AutoCloseable {

    private static final int BATCH_SIZE = 32;

    private final Backbone vit;
    private final Device device;
    private final ImageDecoder decoder;
    private final AdapterPool adapters;

    /**
     * An image and the adapter that is to label it.
     *
     * @param adapter its name in the pool
     * @param image the image
     */
    public record Request(String adapter, ImageSource image) {}

    private ClassifierPool(Backbone vit, long byteBudget, ImageLimits limits) {
        this.vit = vit;
        NDArray first = vit.getParameters().get(0).getValue().getArray();
        device = first.getDevice();
        decoder = new ImageDecoder(limits);
        adapters = Rlrr.pool(vit, byteBudget);
    }

    /**
     * Starts a pool without adapters, with {@link ImageLimits#SERVICE}.
     *
     * @param vit the base; it stays the caller's to close, after the pool
     * @param byteBudget what effective weights may take beside it
     * @return the pool; close it when done
     * @throws IllegalArgumentException as for {@link Rlrr#pool}
     */
    public static ClassifierPool on(Backbone vit, long byteBudget) {
        return on(vit, byteBudget, ImageLimits.SERVICE);
    }

    /**
     * Starts a pool without adapters.
     *
     * @param vit the base; it stays the caller's to close, after the pool
     * @param byteBudget what effective weights may take beside it
     * @param limits what images are accepted
     * @return the pool; close it when done
     * @throws IllegalArgumentException as for {@link Rlrr#pool}
     */
    public static ClassifierPool on(Backbone vit, long byteBudget, ImageLimits limits) {
        return new ClassifierPool(vit, byteBudget, limits);
    }

    /**
     * Adds an adapter from its folder, or puts it in the place of one.
     *
     * @param name as for {@link AdapterPool#load}
     * @param folder the adapter's, with class names and preprocessing
     * @throws IOException in one line when a file is missing, damaged or of another base, or says
     *     no class names or preprocessing, or answers with other than one label; nothing is changed
     *     then
     * @throws IllegalArgumentException when the name is malformed
     * @throws IllegalStateException when the pool is closed
     */
    public void load(String name, Path folder) throws IOException {
        AdapterMetadata said = AdaptedModel.describe(folder);
        ImageClassifier.requireOneLabel(folder, said.task());
        Preprocessing preprocessing = Preprocessing.fromMap(said.preprocessing());
        int height = vit.config().imageHeight();
        int width = vit.config().imageWidth();
        if (preprocessing.height() != height || preprocessing.width() != width) {
            throw new IOException(
                    folder
                            + " takes images of "
                            + preprocessing.height()
                            + "x"
                            + preprocessing.width()
                            + ", the base of this pool "
                            + height
                            + "x"
                            + width);
        }
        int classes = classes(folder);
        if (classes != said.classNames().size()) {
            throw ClassifierModel.otherClasses(folder, said, classes);
        }
        adapters.load(name, folder);
    }

    /** The outputs of an adapter's head: its own, or else the base's. */
    private int classes(Path folder) throws IOException {
        try (TensorReader tensors = TensorReader.open(folder.resolve(AdapterFolder.TENSOR_FILE))) {
            TensorInfo head = tensors.tensors().get("head.weight");
            return head == null ? vit.config().classes() : Math.toIntExact(head.shape().get(0));
        }
    }

    /**
     * Takes an adapter out. Requests under way through it are answered.
     *
     * @param name an adapter of this pool
     * @throws IllegalArgumentException when there is no such adapter, with the names there are
     */
    public void remove(String name) {
        adapters.remove(name);
    }

    /**
     * The adapters of this pool.
     *
     * @return their names in the order they were added
     */
    public List<String> names() {
        return adapters.names();
    }

    /**
     * What the pool holds and has done.
     *
     * @return the figures of this moment
     */
    public AdapterPool.Figures figures() {
        return adapters.figures();
    }

    /**
     * Labels an image.
     *
     * @param adapter the name of an adapter of this pool
     * @param image the image
     * @return the answer, of the adapter's classes
     * @throws ImageDecodeException when it is not an image that can be read, or over a limit
     * @throws IllegalArgumentException when there is no such adapter, with the names there are
     * @throws IllegalStateException when the pool is closed
     */
    public Classification classify(String adapter, ImageSource image) throws ImageDecodeException {
        return classify(List.of(new Request(adapter, image))).get(0);
    }

    /**
     * Labels images through several adapters: those of one adapter together, in batches of 32.
     *
     * @param requests at least one, in any order
     * @return the answers, in the requests' order
     * @throws ImageDecodeException for an image that cannot be read, or is over a limit; no answer
     *     is given then
     * @throws IllegalArgumentException when there are none, or one names an adapter that is not
     *     there
     * @throws IllegalStateException when the pool is closed
     */
    public List<Classification> classify(List<Request> requests) throws ImageDecodeException {
        Asking.requireSome(requests);
        Map<String, List<Integer>> byAdapter = new LinkedHashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            byAdapter.computeIfAbsent(requests.get(i).adapter(), name -> new ArrayList<>()).add(i);
        }
        Classification[] answers = new Classification[requests.size()];
        for (Map.Entry<String, List<Integer>> group : byAdapter.entrySet()) {
            try (AdapterPool.Lease lease = adapters.lease(group.getKey())) {
                List<Integer> places = group.getValue();
                List<Classification> said =
                        answers(lease, places.stream().map(i -> requests.get(i).image()).toList());
                for (int i = 0; i < said.size(); i++) {
                    answers[places.get(i)] = said.get(i);
                }
            }
        }
        return Arrays.asList(answers);
    }

    private List<Classification> answers(AdapterPool.Lease lease, List<ImageSource> images)
            throws ImageDecodeException {
        AdapterMetadata said = lease.metadata();
        Asking asking =
                new Asking(
                        decoder,
                        Preprocessing.fromMap(said.preprocessing()),
                        said.classNames(),
                        SingleLabel.USUAL,
                        said.rejectBelow());
        return asking
                .inBatches(images, BATCH_SIZE, sized -> asking.ask(sized, lease::forward, device))
                .stream()
                .map(Classification::of)
                .toList();
    }

    /** Waits for requests under way and frees the adapters; the base stays open. */
    @Override
    public void close() {
        adapters.close();
    }
}
