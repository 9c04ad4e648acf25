package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.github.rlrr.vit.data.ImageListing.Entry;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageListingTest {

    /** 10 files of a, 3 of b, none of c, interleaved. */
    private final ImageListing listing = listing();

    @Test
    void keepsSoManyShotsOfEachClassInOrder() {
        ImageListing five = listing.shots(5, 1);

        assertThat(five.entries()).filteredOn(entry -> entry.label() == 0).hasSize(5);
        assertThat(five.entries()).filteredOn(entry -> entry.label() == 1).hasSize(3);
        assertThat(five.classNames()).isEqualTo(listing.classNames());
        assertThat(listing.entries()).containsSubsequence(five.entries());
    }

    @Test
    void drawsShotsBySeedAndNestsThem() {
        assertThat(listing.shots(2, 1)).isEqualTo(listing.shots(2, 1));
        assertThat(listing.shots(3, 1).entries()).containsAll(listing.shots(2, 1).entries());
        assertThat(listing.shots(2, 2)).isNotEqualTo(listing.shots(2, 1));
        assertThat(listing.shots(100, 1)).isEqualTo(listing);
        assertThatThrownBy(() -> listing.shots(0, 1)).hasMessage("shots: 0, expected 1 up");
    }

    @Test
    void weighsClassesByInverseFrequency() {
        RgbImage dot = new RgbImage(1, 1, new byte[3]);
        List<Integer> labels = listing.entries().stream().map(Entry::label).toList();
        ImageDataset data =
                ImageDataset.of(
                        Collections.nCopies(13, dot),
                        labels,
                        listing.classNames(),
                        Preprocessing.vitDefault(1));

        List<Double> weights = ClassWeights.inverseFrequency(data);

        assertThat(weights).containsExactly(13.0 / 20, 13.0 / 6, 1.0);
        double sum = labels.stream().mapToDouble(weights::get).sum();
        assertThat(sum).isCloseTo(13, offset(1e-12));
    }

    private static ImageListing listing() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 13; i++) {
            entries.add(new Entry(Path.of(i + ".png"), i % 4 == 3 ? 1 : 0));
        }
        return new ImageListing(List.of("a", "b", "c"), entries, 0);
    }
}
