package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecodedImagesTest {

    @Test
    void noMoreFilesAreTouchedThanAreNeededSoon() throws IOException {
        int[] taken = new int[1];
        Path missing = Path.of("missing.png");
        List<Path> endless =
                new AbstractList<>() {
                    @Override
                    public Path get(int index) {
                        taken[0]++;
                        return missing;
                    }

                    @Override
                    public int size() {
                        return 1_000_000;
                    }
                };
        try (DecodedImages decoded = new DecodedImages(endless, file -> null, 2, 5)) {
            assertThat(taken[0]).isEqualTo(5);
            for (int i = 1; i <= 20; i++) {
                assertThat(decoded.next()).isNotNull();
                assertThat(taken[0]).isEqualTo(5 + i);
            }
        }
    }
}
