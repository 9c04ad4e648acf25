package io.github.rlrr.examples.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.image.ImageLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LimitsOptionTest {

    private static ImageLimits parse(String... arguments) {
        LimitsOption option = new LimitsOption();
        CommandLine.populateCommand(option, arguments);
        return option.limits();
    }

    @Test
    void withoutTheOptionTheUsualLimitsHold() {
        assertThat(parse()).isEqualTo(ImageLimits.DEFAULT);
    }

    @Test
    void whatIsNotNamedStaysAsItIs() {
        ImageLimits usual = ImageLimits.DEFAULT;
        assertThat(parse("--limits", "pixels=200M"))
                .isEqualTo(
                        new ImageLimits(
                                1,
                                200_000_000,
                                usual.maxBytes(),
                                usual.maxScans(),
                                usual.maxTime()));
    }

    @Test
    void everyLimitCanBeSaid() {
        assertThat(parse("--limits", "side=8, Pixels=20000,bytes=3k,scans=7,seconds=90"))
                .isEqualTo(new ImageLimits(8, 20_000, 3_000, 7, Duration.ofSeconds(90)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pixels | 'pixels', expected such as",
                "pixels=-1 | 'pixels=-1', expected such as",
                "pixels=1.5M | 'pixels=1.5M', expected such as",
                "pixels=1T | 'pixels=1T', expected such as",
                "width=1 | 'width', expected such as",
                "pixels=1,pixels=2 | pixels twice, expected each once",
                "pixels=1, | '', expected such as",
                "pixels=900M | maxPixels: 900,000,000, expected 1 to 700,000,000",
                "scans=9G | integer overflow",
                "seconds=0 | maxTime: PT0S, expected a millisecond to a day",
                "pixels=0 | maxPixels: 0, expected 1 to"
            })
    void whatIsMalformedIsNamedWithWhatIsExpected(String text, String message) {
        assertThatThrownBy(() -> parse("--limits", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--limits " + text + ": " + message);
    }
}
