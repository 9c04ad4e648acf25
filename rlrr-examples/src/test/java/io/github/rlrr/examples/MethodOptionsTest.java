package io.github.rlrr.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.adapter.AdapterConfig;
import io.github.rlrr.adapter.BiasTuningConfig;
import io.github.rlrr.adapter.FullFineTuningConfig;
import io.github.rlrr.adapter.Initialisation;
import io.github.rlrr.adapter.LinearProbeConfig;
import io.github.rlrr.adapter.NormTuningConfig;
import io.github.rlrr.adapter.Rescaling.Form;
import io.github.rlrr.adapter.Rescaling.Sides;
import io.github.rlrr.adapter.RlrrConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;

class MethodOptionsTest {

    @Command
    private static final class Holder {
        @picocli.CommandLine.Mixin private final MethodOptions options = new MethodOptions();
    }

    private static AdapterConfig config(String... arguments) {
        Holder holder = new Holder();
        new picocli.CommandLine(holder)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(arguments);
        return holder.options.config(3);
    }

    @Test
    void withoutOptionsItIsThePublishedMethod() {
        assertThat(config()).isEqualTo(RlrrConfig.builder().seed(3).build());
    }

    @Test
    void everyVariantOfThePaperCanBeAskedFor() {
        assertThat(config("--form", "plain", "--rank", "2"))
                .isEqualTo(RlrrConfig.builder().form(Form.PLAIN).rank(2).seed(3).build());
        assertThat(config("--sides", "left", "--no-shift"))
                .isEqualTo(RlrrConfig.builder().sides(Sides.LEFT).shift(false).seed(3).build());
        assertThat(config("--form", "additive", "--init", "normal:0.5"))
                .isEqualTo(
                        RlrrConfig.builder()
                                .form(Form.ADDITIVE)
                                .initialisation(Initialisation.normal(0.5))
                                .seed(3)
                                .build());
        assertThat(
                        config(
                                "--targets",
                                "blocks.[0-2,5].**,attn.{query,value}",
                                "--scale-and-shift",
                                "none"))
                .isEqualTo(
                        RlrrConfig.builder()
                                .targets("blocks.[0-2,5].**", "attn.{query,value}")
                                .scaleAndShift()
                                .seed(3)
                                .build());
        assertThat(config("--targets", "none"))
                .isEqualTo(RlrrConfig.builder().targets().seed(3).build());
        assertThat(config("--method", "linear-probe")).isEqualTo(new LinearProbeConfig());
    }

    @Test
    void theOtherMethodsCanBeAskedFor() {
        assertThat(config("--method", "full")).isEqualTo(new FullFineTuningConfig());
        assertThat(config("--method", "bias")).isEqualTo(new BiasTuningConfig());
        assertThat(config("--method", "norm")).isEqualTo(new NormTuningConfig());
    }

    @ParameterizedTest
    @ValueSource(strings = {"wild", "normal", "normal:", "normal:x", "kaiming:1", "identity:"})
    void anUnknownStartIsRefusedWithTheStartsThereAre(String start) {
        assertThatThrownBy(() -> config("--init", start))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--init is \"" + start + "\", expected kaiming, identity,");
    }

    @Test
    void aStartThatCannotLearnIsRefusedWithTheReason() {
        assertThatThrownBy(() -> config("--init", "constant:0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing can learn");
    }
}
