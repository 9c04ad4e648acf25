package io.github.rlrr;

import ai.djl.Device;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import ai.djl.util.PairList;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.TrainableTensor;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Small blocks with known values, and what tests ask of blocks. */
public final class Fixtures {

    private Fixtures() {}

    /** What is alive in the process. */
    public record Alive(int arrays, int managers) {}

    public static NDManager manager() {
        return NDManager.newBaseManager(Device.cpu(), "PyTorch");
    }

    /** Linear, tanh, LayerNorm, Linear: modules fc1, norm and head. */
    public static final class Mlp extends AbstractBlock {

        private final Block fc1;
        private final Block norm;
        private final Block head;

        public Mlp(int hidden, int classes) {
            fc1 = addChildBlock("fc1", Linear.builder().setUnits(hidden).build());
            norm = addChildBlock("norm", LayerNorm.builder().build());
            head = addChildBlock("head", Linear.builder().setUnits(classes).build());
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            NDArray x = fc1.forward(store, inputs, training).head().tanh();
            NDList normed = norm.forward(store, new NDList(x), training);
            return head.forward(store, normed, training);
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            fc1.initialize(manager, type, shapes[0]);
            Shape hidden = fc1.getOutputShapes(new Shape[] {shapes[0]})[0];
            norm.initialize(manager, type, hidden);
            head.initialize(manager, type, hidden);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return head.getOutputShapes(fc1.getOutputShapes(shapes));
        }
    }

    /** Children under names of the test's choice, all of which see the same input. */
    public static final class Named extends AbstractBlock {

        public Named child(String name, Block block) {
            addChildBlock(name, block);
            return this;
        }

        public Named parameter(Parameter parameter) {
            addParameter(parameter);
            return this;
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            NDList result = inputs;
            for (Block child : getChildren().values()) {
                result = child.forward(store, inputs, training);
            }
            return result;
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            getChildren().values().forEach(child -> child.initialize(manager, type, shapes));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return shapes;
        }
    }

    /** An initialized Mlp with 4 inputs, 6 hidden features and 3 classes. */
    public static Mlp mlp(NDManager manager, long seed) {
        return initialized(new Mlp(6, 3), manager, seed, new Shape(-1, 4));
    }

    public static Linear linear(NDManager manager, long seed, int in, int out, boolean bias) {
        return initialized(
                Linear.builder().setUnits(out).optBias(bias).build(),
                manager,
                seed,
                new Shape(-1, in));
    }

    public static <B extends Block> B initialized(
            B block, NDManager manager, long seed, Shape... inputs) {
        block.initialize(manager, DataType.FLOAT32, inputs);
        SplittableRandom random = new SplittableRandom(seed);
        for (Parameter parameter : block.getParameters().values()) {
            float[] values = normal(random, Math.toIntExact(parameter.getShape().size()), 0.5);
            for (int i = 0; i < values.length; i++) {
                if (parameter.getType() == Parameter.Type.RUNNING_VAR) {
                    values[i] = Math.abs(values[i]) + 0.5f;
                }
            }
            set(parameter.getArray(), values);
        }
        return block;
    }

    public static float[] normal(SplittableRandom random, int size, double deviation) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }

    /** Writes values into an array in place, whether or not it has a gradient. */
    public static void set(NDArray array, float... values) {
        boolean gradient = array.hasGradient();
        array.setRequiresGradient(false);
        array.set(values);
        array.setRequiresGradient(gradient);
    }

    /** Gives every trainable tensor values that no start has. */
    public static void scramble(AdaptedBlock adapted, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (TrainableTensor tensor : adapted.trainableTensors()) {
            NDArray array = tensor.parameter().getArray();
            set(array, normal(random, Math.toIntExact(array.size()), 0.7));
        }
    }

    public static NDArray tensor(AdaptedBlock adapted, String name) {
        for (TrainableTensor tensor : adapted.trainableTensors()) {
            if (tensor.name().equals(name)) {
                return tensor.parameter().getArray();
            }
        }
        throw new AssertionError(name + " is not among " + names(adapted));
    }

    public static List<String> names(AdaptedBlock adapted) {
        return adapted.trainableTensors().stream().map(TrainableTensor::name).toList();
    }

    /** The bits of every parameter of a block, by DJL's name. */
    public static Map<String, List<Integer>> bits(Block block) {
        Map<String, List<Integer>> bits = new LinkedHashMap<>();
        for (Pair<String, Parameter> pair : block.getParameters()) {
            bits.put(pair.getKey(), bits(pair.getValue().getArray()));
        }
        return bits;
    }

    /** The bits of every tensor an adapter trains, by name. */
    public static Map<String, List<Integer>> trainedBits(AdaptedBlock adapted) {
        Map<String, List<Integer>> bits = new LinkedHashMap<>();
        adapted.trainableTensors().forEach(t -> bits.put(t.name(), bits(t.parameter().getArray())));
        return bits;
    }

    private static List<Integer> bits(NDArray array) {
        List<Integer> bits = new ArrayList<>();
        for (float value : array.toFloatArray()) {
            bits.add(Float.floatToRawIntBits(value));
        }
        return bits;
    }

    /** Runs a block without training it. */
    public static float[] run(Block block, NDManager manager, Shape shape, float... values) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray input = scope.create(values, shape);
            ParameterStore store = new ParameterStore(scope, false);
            return block.forward(store, new NDList(input), false).head().toFloatArray();
        }
    }

    public static Alive alive() {
        try (NDManager probe = manager()) {
            NDManager system = probe.getParentManager();
            return new Alive(system.getManagedArrays().size(), managers(system) - 1);
        }
    }

    private static int managers(NDManager manager) {
        int count = 0;
        try {
            Field field = BaseNDManager.class.getDeclaredField("resources");
            field.setAccessible(true);
            for (Object resource : ((Map<?, ?>) field.get(manager)).values()) {
                count += resource instanceof NDManager child ? 1 + managers(child) : 0;
            }
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("DJL's manager has changed", e);
        }
        return count;
    }
}
