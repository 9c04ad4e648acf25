package io.github.rlrr.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;
import ai.djl.translate.TranslateException;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The examples of a DJL data set, one at a time, as DJL's own loader gives them in a batch of one:
 * through the set's transforms and batchifiers, then as float32. Nothing else is applied, so images
 * come out normalised if the set's transforms say so.
 *
 * <p>The set is read on one thread at a time. Transforms that draw at random draw from DJL's
 * generators, not from the run's seed: such a run cannot be repeated. Every read opens a manager
 * and closes it; the set's own arrays stay its owner's, who may not close them while this is in
 * use.
 */
public final class DjlDataset implements LabelledDataset {

    private final RandomAccessDataset source;
    private final List<String> classNames;
    private final Shape shape;
    private final int[] labels;

    private DjlDataset(
            RandomAccessDataset source, List<String> classNames, Shape shape, int[] labels) {
        this.source = source;
        this.classNames = classNames;
        this.shape = shape;
        this.labels = labels;
    }

    /** Samples one example, once. */
    private record One(long index) implements Sampler {

        @Override
        public Iterator<List<Long>> sample(RandomAccessDataset dataset) {
            return List.of(List.of(index)).iterator();
        }

        @Override
        public int getBatchSize() {
            return 1;
        }
    }

    /** An example's values and its label. */
    private record Example(float[] values, Shape shape, int label) {}

    /**
     * Prepares a data set and reads every example once: for the labels, and to find what does not
     * fit.
     *
     * @param source one array an example, all of one shape, and one class index
     * @param classNames the names in label order
     * @return the examples, in the order of the data set
     * @throws IOException if the set cannot be prepared or read
     * @throws IllegalArgumentException if the set is empty or too large, an example has another
     *     number of arrays or another shape than the first, or a label is no index into the class
     *     names
     */
    public static DjlDataset of(RandomAccessDataset source, List<String> classNames)
            throws IOException {
        List<String> names = List.copyOf(classNames);
        try {
            source.prepare();
        } catch (TranslateException e) {
            throw new IOException("the data set cannot be prepared: " + e.getMessage(), e);
        }
        long size = source.size();
        if (size < 1 || size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a data set of " + size + " examples, expected 1 to " + Integer.MAX_VALUE);
        }
        int[] labels = new int[(int) size];
        Shape shape = example(source, 0).shape;
        for (int i = 0; i < labels.length; i++) {
            Example example = example(source, i);
            requireShape(i, example.shape, shape);
            labels[i] = example.label;
            if (labels[i] < 0 || labels[i] >= names.size()) {
                throw new IllegalArgumentException(
                        String.format(
                                "example %d: label %d, expected 0 to %d (there are %d classes)",
                                i, labels[i], names.size() - 1, names.size()));
            }
        }
        return new DjlDataset(source, names, shape, labels);
    }

    private static void requireShape(int index, Shape shape, Shape expected) {
        if (!shape.equals(expected)) {
            throw new IllegalArgumentException(
                    "example "
                            + index
                            + " has the shape "
                            + shape
                            + ", expected that of the first, "
                            + expected);
        }
    }

    private static Example example(RandomAccessDataset source, int index) throws IOException {
        // DJL's sets promise nothing of concurrent readers.
        synchronized (source) {
            try (GradMode off = GradMode.off();
                    NDManager manager = TorchRuntime.newManager(Device.cpu())) {
                off.suppressNotUsedWarning();
                Iterator<Batch> batches = source.getData(manager, new One(index)).iterator();
                try (Batch batch = batches.next()) {
                    NDArray data = only(index, "data", batch.getData());
                    NDArray label = only(index, "labels", batch.getLabels());
                    Shape shape = data.getShape();
                    if (shape.dimension() < 2 || shape.get(0) != 1 || label.size() != 1) {
                        throw new IllegalArgumentException(
                                String.format(
                                        "example %d: data of shape %s and labels of shape %s in a"
                                                + " batch of one, expected (1, …) and one class"
                                                + " index",
                                        index, shape, label.getShape()));
                    }
                    return new Example(
                            data.toType(DataType.FLOAT32, false).toFloatArray(),
                            shape.slice(1),
                            classIndex(index, label));
                }
            } catch (TranslateException e) {
                throw new IOException("example " + index + ": " + e.getMessage(), e);
            }
        }
    }

    private static NDArray only(int index, String what, NDList arrays) {
        if (arrays.size() != 1) {
            throw new IllegalArgumentException(
                    "example "
                            + index
                            + ": "
                            + arrays.size()
                            + " arrays of "
                            + what
                            + ", expected one");
        }
        return arrays.head();
    }

    /** The label, which may be of any type, as long as its value is whole. */
    private static int classIndex(int index, NDArray label) {
        double value = label.toType(DataType.FLOAT64, false).toDoubleArray()[0];
        if (value != (int) value) {
            throw new IllegalArgumentException(
                    "example " + index + ": label " + value + ", expected a class index");
        }
        return (int) value;
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public Shape exampleShape() {
        return shape;
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    /**
     * {@inheritDoc}
     *
     * @throws UncheckedIOException if the set cannot read the example
     * @throws IllegalArgumentException if the example has another shape than it had
     */
    @Override
    public void read(int index, SplittableRandom random, float[] target, int offset) {
        try {
            Example example = example(source, index);
            requireShape(index, example.shape, shape);
            System.arraycopy(example.values, 0, target, offset, example.values.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }
}
