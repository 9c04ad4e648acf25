package io.github.rlrr.vit.image;

import java.util.SplittableRandom;

/** What the preprocessing shows, always: nothing is drawn, and the input itself is kept. */
public record CentreCrop() implements Region {

    @Override
    public void check(Preprocessing preprocessing) {
        // Nothing is drawn.
    }

    @Override
    public RgbImage keep(RgbImage decoded, Preprocessing preprocessing) {
        return preprocessing.resize(decoded);
    }

    @Override
    public RgbImage plain(RgbImage kept, Preprocessing preprocessing) {
        return kept;
    }

    @Override
    public RgbImage draw(RgbImage kept, Preprocessing preprocessing, SplittableRandom random) {
        return kept;
    }
}
