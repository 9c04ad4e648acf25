package io.github.rlrr.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShortListTest {

    @Test
    void fiveAreShownAndTheOthersCounted() {
        assertThat(ShortList.of(List.of())).isEmpty();
        assertThat(ShortList.of(List.of(1, 2, 3, 4, 5))).isEqualTo("1, 2, 3, 4, 5");
        assertThat(ShortList.joined(List.of(1, 2, 3, 4, 5, 6, 7), "; "))
                .isEqualTo("1; 2; 3; 4; 5 and 2 more");
    }
}
