package io.github.rlrr.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The threshold below which answers are rejected. */
class RejectThresholdTest {

    private static Classified example(double confidence, boolean correct) {
        return new Classified(0, 1, correct ? 1 : 0, confidence, 0);
    }

    @Test
    void acceptsAsManyAsTheAccuracyAllows() {
        List<Classified> examples =
                List.of(
                        example(0.5, false),
                        example(0.9, true),
                        example(0.6, true),
                        example(0.8, false),
                        example(0.7, true));
        assertThat(RejectThreshold.choose(examples, 0.75))
                .contains(new RejectThreshold(0.6, 0.8, 0.75));
        assertThat(RejectThreshold.choose(examples, 1)).contains(new RejectThreshold(0.9, 0.2, 1));
    }

    @Test
    void acceptsAllWhereAllTogetherAreGoodEnough() {
        List<Classified> examples = List.of(example(0.5, true), example(0.9, false));
        assertThat(RejectThreshold.choose(examples, 0.5)).contains(new RejectThreshold(0, 1, 0.5));
    }

    @Test
    void examplesOfOneConfidenceAreAcceptedTogether() {
        List<Classified> examples =
                List.of(example(0.9, true), example(0.9, false), example(0.4, false));
        assertThat(RejectThreshold.choose(examples, 0.9)).isEmpty();
        assertThat(RejectThreshold.choose(examples, 0.5))
                .contains(new RejectThreshold(0.9, 2 / 3.0, 0.5));
    }

    @Test
    void noThresholdHelpsWhereTheSurestAreWrong() {
        assertThat(RejectThreshold.choose(List.of(example(0.9, false)), 0.1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void isTheBestOfAllThresholdsThatOneCouldTry(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Classified> examples = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            double confidence = random.nextInt(40) / 40.0;
            examples.add(example(confidence, random.nextDouble() < confidence));
        }
        double most = 0;
        for (int t = 0; t <= 40; t++) {
            double threshold = t / 40.0;
            List<Classified> accepted =
                    examples.stream().filter(e -> e.confidence() >= threshold).toList();
            long correct = accepted.stream().filter(Classified::correct).count();
            if (correct >= 0.8 * accepted.size()) {
                most = Math.max(most, accepted.size() / 200.0);
            }
        }
        RejectThreshold chosen = RejectThreshold.choose(examples, 0.8).orElseThrow();
        assertThat(chosen.coverage()).isEqualTo(most);
        assertThat(chosen.accuracy()).isGreaterThanOrEqualTo(0.8);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> RejectThreshold.choose(List.of(), 0.9))
                .hasMessage("there are no examples to choose a threshold on");
        assertThatThrownBy(() -> RejectThreshold.choose(List.of(example(1, true)), 1.5))
                .hasMessageContaining("1.5, expected above 0 to 1");
    }
}
