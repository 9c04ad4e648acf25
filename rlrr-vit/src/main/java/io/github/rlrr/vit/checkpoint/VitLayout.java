package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.VitConfig;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The families of Vision Transformer files that are read and written. */
public enum VitLayout {
    /** Google's JAX checkpoints: npz, kernels (in, out), attention split by head. */
    GOOGLE,
    /** timm's: safetensors, one matrix for query, key and value. */
    TIMM,
    /**
     * Hugging Face's {@code ViTForImageClassification} and {@code Dinov2ForImageClassification},
     * with and without registers: safetensors.
     */
    HUGGINGFACE;

    private static final List<CheckpointLayout> TIMM_TABLES =
            Stream.of(TimmLayout.ALL, DinoV3Layout.META_ALL).flatMap(List::stream).toList();

    private static final List<CheckpointLayout> READ_ALONE =
            Stream.of(PublishedLayouts.ALL, HuggingFaceLayout.DEIT).flatMap(List::stream).toList();

    /** Its tables, those that are written first. */
    List<CheckpointLayout> tables() {
        return switch (this) {
            case GOOGLE -> List.of(GoogleLayout.LAYOUT);
            case TIMM -> TIMM_TABLES;
            case HUGGINGFACE -> HuggingFaceLayout.ALL;
        };
    }

    /** The tables of all layouts, and of those that are read alone. */
    static List<CheckpointLayout> all() {
        return Stream.concat(
                        Arrays.stream(values()).flatMap(layout -> layout.tables().stream()),
                        READ_ALONE.stream())
                .toList();
    }

    /**
     * The table by which a model is written.
     *
     * @throws IllegalArgumentException when this layout has no model of the kind
     */
    CheckpointLayout of(VitConfig config) {
        for (CheckpointLayout table : tables()) {
            if (table.models().test(config)) {
                if (!table.hasHead()) {
                    throw new IllegalArgumentException(
                            "%s has no classifier of this kind; choose another layout, such as timm's"
                                    .formatted(table.label()));
                }
                return table;
            }
        }
        throw new IllegalArgumentException(
                "the layout of %s has no model with %s; choose another layout, such as timm's"
                        .formatted(tables().get(0).label(), config.variations()));
    }

    /** Whether a family has a model; one of its tables may read what another one writes. */
    static boolean reads(CheckpointLayout table, VitConfig config, boolean headless) {
        return Stream.concat(
                        Arrays.stream(values()).map(VitLayout::tables),
                        READ_ALONE.stream().map(List::of))
                .filter(tables -> tables.contains(table))
                .flatMap(List::stream)
                .anyMatch(other -> other.reads(config, headless));
    }

    /** The layout of a file, once its tensors are found to be of a model that we have. */
    static CheckpointLayout of(TensorReader reader) throws IOException {
        // Of tables that know the patch embedding, the one that knows the most.
        Optional<CheckpointLayout> layout =
                all().stream()
                        .filter(table -> table.recognises(reader.tensors()))
                        .max(Comparator.comparingLong(table -> table.known(reader.tensors())));
        if (layout.isEmpty()) {
            throw Unsupported.unknown(reader, labels());
        }
        Unsupported.check(reader, layout.get());
        return layout.get();
    }

    private static List<String> labels() {
        return Arrays.stream(values()).map(layout -> layout.tables().get(0).label()).toList();
    }
}
