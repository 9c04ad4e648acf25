package io.github.rlrr.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DistinctNamesTest {

    @Test
    void namesThatAreDistinctStayAsTheyAre() {
        List<String> names = List.of("crane", " heron", "crane (1)", "Crane");
        assertThat(DistinctNames.of(names)).isEqualTo(names);
    }

    @Test
    void classesOfOneNameAreNumberedInLabelOrder() {
        assertThat(DistinctNames.of(List.of("crane", "heron", "crane")))
                .containsExactly("crane (1)", "heron", "crane (2)");
    }

    @Test
    void namesThatDifferInSpacesAroundThemCountAsOne() {
        assertThat(DistinctNames.of(List.of("crane", " crane", "crane\t")))
                .containsExactly("crane (1)", "crane (2)", "crane (3)");
    }

    @Test
    void aNumberedNameThatIsTakenIsPassedOver() {
        assertThat(DistinctNames.of(List.of("a", "a", "a (1)", "a (2)")))
                .containsExactly("a (3)", "a (4)", "a (1)", "a (2)");
    }

    @Test
    void aClassWithoutNameIsCalledByItsNumber() {
        assertThat(DistinctNames.of(List.of("", "class 2", "", " ")))
                .containsExactly("class 0", "class 2", "class 2 (1)", "class 3");
    }
}
