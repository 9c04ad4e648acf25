package io.github.rlrr.examples.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.ArcConfig;
import io.github.rlrr.method.BiasTuningConfig;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.LoraConfig;
import io.github.rlrr.method.NormTuningConfig;
import io.github.rlrr.method.Rescaling.Form;
import io.github.rlrr.method.Rescaling.Sides;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.method.SsfConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        assertThat(config("--method", "ssf"))
                .isEqualTo(new SsfConfig(List.of("**"), List.of("head"), 3));
    }

    @Test
    void aMethodsOwnSettingsCanBeSet() {
        List<String> head = List.of("head");
        assertThat(config("--method", "lora", "--rank", "4", "--set", "alpha=16"))
                .isEqualTo(new LoraConfig(4, 16, List.of("attn.{query,value}"), head, 3));
        assertThat(
                        config(
                                "--method=lora",
                                "--targets=all-linear",
                                "--set=rank=2,alpha=0.5,fully-trained=none",
                                "--set=seed=9"))
                .isEqualTo(new LoraConfig(2, 0.5, List.of("all-linear"), List.of(), 9));
        assertThat(
                        config(
                                "--method",
                                "arc",
                                "--set",
                                "bottleneck=8,attention=attn.{query,key},blocks.[0,1].attn.value"))
                .isEqualTo(
                        new ArcConfig(
                                8,
                                List.of("attn.{query,key}", "blocks.[0,1].attn.value"),
                                List.of("mlp.fc1*"),
                                head,
                                3));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lora | alpha=much | method lora.alpha is \"much\", expected a number",
                "lora | rank=1.5 | method lora.rank is \"1.5\", expected a whole number",
                "lora | rank=0 | method lora: rank is 0, expected at least 1",
                "lora | dropout=0.1 | method lora has no setting \"dropout\"; it has [alpha,"
                        + " fully_trained, rank, seed, targets]",
                "lora | alpha | --set is \"alpha\", expected NAME=VALUE, such as alpha=16",
                "rlrr | shift=no | method rlrr: shift is \"no\", expected true or false",
                "rlrr | form=round | method rlrr.form is \"round\", which is unknown",
                "ssf | targets=none | targets is empty: SSF scales at least one layer"
            })
    void aSettingThatCannotBeIsRefusedWithWhatCan(String method, String set, String message) {
        assertThatThrownBy(() -> config("--method", method, "--set", set))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void anOptionThatTheMethodDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> config("--method", "ssf", "--rank", "4"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("method ssf has no setting \"rank\"");
        assertThatThrownBy(() -> config("--method", "lorra"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("method is \"lorra\", expected one of [arc, bias,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wild", "normal", "normal:", "normal:x", "kaiming:1", "identity:"})
    void anUnknownStartIsRefusedWithTheStartsThereAre(String start) {
        assertThatThrownBy(() -> config("--init", start))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "initialisation is \"" + start + "\", expected kaiming, identity,");
    }

    @Test
    void aStartThatCannotLearnIsRefusedWithTheReason() {
        assertThatThrownBy(() -> config("--init", "constant:0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing can learn");
    }
}
