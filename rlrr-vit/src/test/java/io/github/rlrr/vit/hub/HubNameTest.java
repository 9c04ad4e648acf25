package io.github.rlrr.vit.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubNameTest {

    @Test
    void namesAreTakenApartAndPutTogether() {
        HubName hf = HubName.parse("hf:google/vit-base-patch16-224-in21k");
        assertThat(hf.repository()).isEqualTo("google/vit-base-patch16-224-in21k");
        assertThat(hf.revision()).isEqualTo("main");
        assertThat(hf).hasToString("hf:google/vit-base-patch16-224-in21k");

        HubName timm = HubName.parse("timm:vit_base_patch16_224.augreg_in21k@v1.0");
        assertThat(timm.repository()).isEqualTo("timm/vit_base_patch16_224.augreg_in21k");
        assertThat(timm.revision()).isEqualTo("v1.0");
        assertThat(timm).hasToString("timm:vit_base_patch16_224.augreg_in21k@v1.0");
        assertThat(HubName.parse(timm.toString())).isEqualTo(timm);
        assertThat(timm.isPinned()).isFalse();
        assertThat(timm.at(FakeHub.COMMIT).isPinned()).isTrue();
    }

    @Test
    void filesAreNoHubNames() {
        assertThat(HubName.isHubName("vit.npz")).isFalse();
        assertThat(HubName.isHubName("bundled:vit-cifar10")).isFalse();
        assertThat(HubName.isHubName("hf:../x")).as("meant as one").isTrue();
        assertThat(HubName.parse("hf-hub:laion/clip@v1")).hasToString("hf:laion/clip@v1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf:",
                "timm:",
                "hf:name-without-owner",
                "hf:/name",
                "hf:owner/",
                "hf:../name",
                "hf:owner/..",
                "hf:owner/a..b",
                "hf:owner/.hidden",
                "hf:owner/name.",
                "hf:owner/name/more",
                "hf:owner//name",
                "hf:owner\\name",
                "hf:a--b/c",
                "hf:owner/na me",
                "hf:owner/name\n",
                "hf:owner/name@",
                "hf:owner/name@../main",
                "hf:owner/name@a@b",
                "hf:owner/name@refs/pr/1",
                "hf:owner/n%2e%2e",
                "hf:owner/name?x=1",
                "hf:owner/name#x",
                "hf:öwner/name",
                "timm:timm/name",
                "timm:../name",
                "timm:C:\\name",
                "HF:owner/name",
                "vit.npz"
            })
    void hostileAndMisspeltNamesAreRefusedInOneLine(String text) {
        assertThatThrownBy(() -> HubName.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected hf:owner/name, timm:name")
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("\n");
    }

    @Test
    void aNameWithoutEndIsShownShort() {
        assertThatThrownBy(() -> HubName.parse("hf:a/" + "b".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .extracting(Throwable::getMessage)
                .asString()
                .hasSizeLessThan(300);
    }
}
