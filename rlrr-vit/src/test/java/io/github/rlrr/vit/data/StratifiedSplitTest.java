package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.data.ImageListing.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StratifiedSplitTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1, 0, 0",
        "2, 1, 1, 0",
        "3, 1, 1, 1",
        "10, 8, 1, 1",
        "14, 12, 1, 1",
        "15, 11, 2, 2",
        "100, 80, 10, 10"
    })
    void cutsATenthOfAClassButLeavesSomethingToTrainOn(
            int images, int train, int validation, int test) {
        ImageSplits splits = StratifiedSplit.cut(listing(List.of("a"), images), 5, true);

        assertThat(splits.train().size()).isEqualTo(train);
        assertThat(splits.validation().size()).isEqualTo(validation);
        assertThat(splits.test().size()).isEqualTo(test);
    }

    @Test
    void putsEveryFileIntoExactlyOnePartInItsOrder() {
        ImageListing all = listing(List.of("a", "b", "c"), 37);

        ImageSplits splits = StratifiedSplit.cut(all, 5, true);

        List<Entry> together = new ArrayList<>(splits.train().entries());
        together.addAll(splits.validation().entries());
        together.addAll(splits.test().entries());
        assertThat(together).containsExactlyInAnyOrderElementsOf(all.entries());
        assertThat(together).doesNotHaveDuplicates();
        assertThat(all.entries()).containsSubsequence(splits.train().entries());
        assertThat(all.entries()).containsSubsequence(splits.validation().entries());
    }

    @Test
    void takesTheSameShareOfEveryClass() {
        ImageSplits splits = StratifiedSplit.cut(listing(List.of("a", "b", "c"), 40), 5, true);

        for (int label = 0; label < 3; label++) {
            int wanted = label;
            assertThat(splits.train().entries()).filteredOn(e -> e.label() == wanted).hasSize(32);
            assertThat(splits.test().entries()).filteredOn(e -> e.label() == wanted).hasSize(4);
        }
    }

    @Test
    void repeatsWithTheSeedAndChangesWithAnother() {
        ImageListing all = listing(List.of("a", "b"), 50);

        assertThat(StratifiedSplit.cut(all, 5, true)).isEqualTo(StratifiedSplit.cut(all, 5, true));
        assertThat(StratifiedSplit.cut(all, 5, true))
                .isNotEqualTo(StratifiedSplit.cut(all, 6, true));
    }

    @Test
    void movesNoImageWhenAClassIsAdded() {
        ImageSplits two = StratifiedSplit.cut(listing(List.of("a", "c"), 50), 5, true);
        ImageSplits three = StratifiedSplit.cut(listing(List.of("a", "b", "c"), 50), 5, true);

        assertThat(three.test().entries())
                .extracting(Entry::path)
                .containsAll(two.test().entries().stream().map(Entry::path).toList());
    }

    @Test
    void leavesTestEmptyUnlessAskedFor() {
        ImageSplits splits = StratifiedSplit.cut(listing(List.of("a", "b"), 30), 5, false);

        assertThat(splits.test().size()).isZero();
        assertThat(splits.validation().size()).isEqualTo(6);
    }

    @Test
    void aListingRefusesALabelWithoutAClassAndSplitsRefuseOtherClasses() {
        List<Entry> entries = List.of(new Entry(Path.of("x.png"), 2));

        assertThatThrownBy(() -> new ImageListing(List.of("a", "b"), entries, 0))
                .hasMessage("x.png: label 2, expected 0 to 1 (there are 2 classes)");
        ImageListing a = listing(List.of("a"), 1);
        assertThatThrownBy(() -> new ImageSplits(a, a, listing(List.of("b"), 1)))
                .hasMessage("test: classes [b], expected those of train, [a]");
    }

    private static ImageListing listing(List<String> classNames, int imagesEach) {
        List<Entry> entries = new ArrayList<>();
        for (int label = 0; label < classNames.size(); label++) {
            for (int i = 0; i < imagesEach; i++) {
                entries.add(new Entry(Path.of(classNames.get(label), i + ".png"), label));
            }
        }
        return new ImageListing(classNames, entries, 0);
    }
}
