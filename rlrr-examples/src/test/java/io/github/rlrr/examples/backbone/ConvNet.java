package io.github.rlrr.examples.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import java.util.Map;
import java.util.Objects;

/** A small convolutional network with batch norm: {@code head(mean(relu(bn(conv(images)))))}. */
public final class ConvNet extends AbstractBlock implements Backbone {

    private static final int WIDTH = 8;

    private final Config config;
    private final Block conv;
    private final Block bn;
    private final Block head;
    private final NDManager owned;

    /** Its sizes. */
    public record Config(int imageHeight, int imageWidth, int classes) implements BackboneConfig {

        @Override
        public int embeddingWidth() {
            return WIDTH;
        }

        @Override
        public Config withImageSize(int height, int width) {
            return new Config(height, width, classes);
        }

        @Override
        public String summary() {
            return "a convolution of %dx%d pixels, %d classes"
                    .formatted(imageHeight, imageWidth, classes);
        }

        @Override
        public Footprint footprint() {
            double kept = 3.0 * WIDTH * imageHeight * imageWidth / 4;
            return new Footprint(1, kept, WIDTH, 27 * WIDTH);
        }
    }

    private ConvNet(Config config, Block conv, Block bn, Block head, NDManager owned) {
        this.config = config;
        this.conv = addChildBlock("conv", conv);
        this.bn = addChildBlock("bn", bn);
        this.head = addChildBlock("head", head);
        this.owned = owned;
    }

    private static ConvNet plain(Config config, NDManager manager) {
        return new ConvNet(
                config,
                Conv2d.builder()
                        .setKernelShape(new Shape(3, 3))
                        .optStride(new Shape(2, 2))
                        .optPadding(new Shape(1, 1))
                        .setFilters(WIDTH)
                        .build(),
                BatchNorm.builder().build(),
                Linear.builder().setUnits(config.classes()).build(),
                manager);
    }

    /** Draws weights. */
    static ConvNet random(Config config) {
        NDManager manager = NDManager.newBaseManager("PyTorch");
        TorchRuntime.seed(1);
        ConvNet net = plain(config, manager);
        net.start();
        return net;
    }

    /** Takes over weights and their manager. */
    static ConvNet of(Config config, Map<String, NDArray> weights, NDManager manager) {
        ConvNet net = plain(config, manager);
        ModuleTree.of(net)
                .parameters()
                .forEach((path, p) -> p.setArray(Objects.requireNonNull(weights.get(path), path)));
        net.start();
        return net;
    }

    private void start() {
        Shape images =
                new Shape(1, BackboneConfig.CHANNELS, config.imageHeight(), config.imageWidth());
        initialize(owned, DataType.FLOAT32, images);
    }

    @Override
    public Config config() {
        return config;
    }

    @Override
    public NDArray embedding(ParameterStore store, NDArray images, boolean training) {
        NDList features = conv.forward(store, new NDList(images), training);
        NDArray normed = bn.forward(store, features, training).head();
        NDArray positive = normed.getNDArrayInternal().relu();
        return positive.reshape(images.getShape().get(0), WIDTH, -1).mean(new int[] {2});
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return head.forward(store, new NDList(embedding(store, inputs.head(), training)), training);
    }

    @Override
    public Backbone withHead(int classes) {
        Block fresh = Linear.builder().setUnits(classes).build();
        fresh.setInitializer(Initializer.ZEROS, parameter -> true);
        fresh.initialize(owned, DataType.FLOAT32, new Shape(1, WIDTH));
        Config other = new Config(config.imageHeight(), config.imageWidth(), classes);
        ConvNet view = new ConvNet(other, conv, bn, fresh, owned);
        view.inputShapes = inputShapes;
        return view;
    }

    @Override
    public Backbone merged(AdaptedBlock adapted) {
        NDManager manager = NDManager.newBaseManager("PyTorch");
        Map<String, NDArray> weights = adapted.effectiveValues(manager);
        int classes = (int) weights.get("head.weight").getShape().get(0);
        return of(new Config(config.imageHeight(), config.imageWidth(), classes), weights, manager);
    }

    /** Its weights by their paths. */
    Map<String, Parameter> weights() {
        return ModuleTree.of(this).parameters();
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        conv.initialize(manager, type, shapes);
        Shape[] features = conv.getOutputShapes(shapes);
        bn.initialize(manager, type, features);
        head.initialize(manager, type, new Shape(shapes[0].get(0), WIDTH));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return new Shape[] {new Shape(inputs[0].get(0), config.classes())};
    }

    @Override
    public void close() {
        owned.close();
    }
}
