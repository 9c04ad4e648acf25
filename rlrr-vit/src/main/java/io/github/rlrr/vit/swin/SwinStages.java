package io.github.rlrr.vit.swin;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.rlrr.vit.part.Precision;
import io.github.rlrr.vit.part.ResidualDropout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The stages, named 0, 1, 2 …: (B, N, C) to (B, n, D). */
final class SwinStages extends AbstractBlock {

    private final List<SwinStage> stages;
    private final List<Integer> depths;

    SwinStages(SwinConfig config) {
        this(
                IntStream.range(0, config.stages())
                        .mapToObj(stage -> new SwinStage(config.parts(), stage))
                        .toList(),
                config.depths());
    }

    @SuppressWarnings("this-escape")
    private SwinStages(List<SwinStage> stages, List<Integer> depths) {
        this.stages = stages;
        this.depths = depths;
        for (int i = 0; i < stages.size(); i++) {
            addChildBlock(Integer.toString(i), stages.get(i));
        }
    }

    private SwinStages sharing(List<SwinStage> views) {
        SwinStages view = new SwinStages(views, depths);
        view.inputShapes = inputShapes;
        return view;
    }

    SwinStages with(ResidualDropout dropout) {
        int depth = depths.stream().mapToInt(Integer::intValue).sum();
        List<SwinStage> views = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < stages.size(); i++) {
            views.add(stages.get(i).with(dropout, first, depth));
            first += depths.get(i);
        }
        return sharing(views);
    }

    SwinStages with(Precision precision) {
        return sharing(stages.stream().map(stage -> stage.with(precision)).toList());
    }

    SwinStages forInference(Precision precision) {
        return sharing(stages.stream().map(stage -> stage.forInference(precision)).toList());
    }

    /** What comes before a place. */
    SwinStages until(SwinStem.Place place) {
        List<SwinStage> views = new ArrayList<>(stages.subList(0, place.stage()));
        if (!place.isBeforeMerging()) {
            views.add(stages.get(place.stage()).until(place.block()));
        }
        return sharing(views);
    }

    /** What comes after a place. */
    SwinStages from(SwinStem.Place place) {
        List<SwinStage> views = new ArrayList<>(stages.subList(place.stage(), stages.size()));
        if (!place.isBeforeMerging()) {
            views.set(0, views.get(0).from(place.block()));
        }
        return sharing(views);
    }

    boolean drops() {
        return stages.stream().anyMatch(SwinStage::drops);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray tokens = inputs.singletonOrThrow();
        NDArray x = tokens.reshape(tokens.getShape());
        for (SwinStage stage : stages) {
            try (NDArray before = x) {
                x = stage.forward(store, new NDList(before), training).head();
            }
        }
        return new NDList(x);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape[] tokens = shapes;
        for (SwinStage stage : stages) {
            stage.initialize(manager, type, tokens);
            tokens = stage.getOutputShapes(tokens);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        Shape[] tokens = inputs;
        for (SwinStage stage : stages) {
            tokens = stage.getOutputShapes(tokens);
        }
        return tokens;
    }
}
