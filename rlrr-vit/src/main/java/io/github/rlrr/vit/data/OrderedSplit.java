package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ImageListing.Entry;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Cuts images with numbers apart so that each part has them from the lowest to the highest: images
 * are sorted by the first quantity, and of every ten neighbours one validates and, where asked for,
 * another one tests. Of fewer than ten images one validates and one tests, as long as one is left
 * to train on.
 */
final class OrderedSplit {

    private static final int TEN = 10;

    private OrderedSplit() {}

    static ImageSplits cut(ImageListing all, long seed, boolean withTest) {
        List<Entry> entries = all.entries();
        // Equals, and what is not known, which comes last, in the order that the seed draws.
        List<Integer> sorted =
                IterativeSplit.shuffled(all.size(), seed).stream()
                        .sorted(Comparator.comparing(i -> entries.get(i).target().get(0)))
                        .toList();
        SplittableRandom random = new SplittableRandom(~seed);
        int[] part = new int[all.size()];
        for (int from = 0; from < part.length; from += TEN) {
            int of = Math.min(TEN, part.length - from);
            if (from > 0 && of < TEN / 2) {
                break;
            }
            int validation = random.nextInt(of);
            int test = (validation + 1 + random.nextInt(Math.max(1, of - 1))) % of;
            if (of > 1) {
                part[sorted.get(from + validation)] = 1;
            }
            if (of > 2 && withTest) {
                part[sorted.get(from + test)] = 2;
            }
        }
        return IterativeSplit.parts(all, part);
    }
}
