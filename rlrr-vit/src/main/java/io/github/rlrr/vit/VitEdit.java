package io.github.rlrr.vit;

import io.github.rlrr.vit.part.Rotary;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A configuration being changed; what nobody sets stays. */
final class VitEdit {

    int imageHeight;
    int imageWidth;
    int heads;
    int classes;
    float layerNormEpsilon;
    int registers;
    Set<VitVariation> variations;
    @Nullable Rotary rotary;
    @Nullable PoolingSize pooling;

    private VitEdit(VitConfig from) {
        imageHeight = from.imageHeight();
        imageWidth = from.imageWidth();
        heads = from.heads();
        classes = from.classes();
        layerNormEpsilon = from.layerNormEpsilon();
        registers = from.registers();
        variations = from.variations();
        rotary = from.rotary();
        pooling = from.pooling();
    }

    static VitConfig of(VitConfig from, Consumer<VitEdit> change) {
        VitEdit edit = new VitEdit(from);
        change.accept(edit);
        return new VitConfig(
                edit.imageHeight,
                edit.imageWidth,
                from.patchSize(),
                from.width(),
                from.depth(),
                edit.heads,
                from.mlpWidth(),
                edit.classes,
                edit.layerNormEpsilon,
                edit.registers,
                edit.variations,
                edit.rotary,
                edit.pooling);
    }
}
