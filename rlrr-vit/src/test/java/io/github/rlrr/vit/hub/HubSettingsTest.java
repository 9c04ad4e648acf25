package io.github.rlrr.vit.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class HubSettingsTest {

    private static final Path HOME = Path.of("home").toAbsolutePath();

    private static UnaryOperator<String> properties(Map<String, String> given) {
        return given::get;
    }

    private static HubSettings from(Map<String, String> environment) {
        return HubSettings.from(
                environment, properties(Map.of("os.name", "Linux", "user.home", HOME.toString())));
    }

    @Test
    void withoutAnythingSaidTheDefaultsHold() {
        HubSettings settings = from(Map.of());
        assertThat(settings.endpoint()).isEqualTo(URI.create("https://huggingface.co"));
        assertThat(settings.cache()).isEqualTo(HOME.resolve(".cache/rlrr"));
        assertThat(settings.token()).isNull();
        assertThat(settings.offline()).isFalse();
        assertThat(settings.maxBytes()).isEqualTo(8L << 30);
    }

    @Test
    void theEnvironmentIsRead() {
        HubSettings settings =
                from(
                        Map.of(
                                "HF_ENDPOINT",
                                "https://mirror.example/hub/",
                                "HF_TOKEN",
                                " hf_secret\n",
                                "RLRR_CACHE",
                                "models"));
        assertThat(settings.endpoint()).isEqualTo(URI.create("https://mirror.example/hub"));
        assertThat(settings.token()).isEqualTo("hf_secret");
        assertThat(settings.cache()).isEqualTo(Path.of("models"));
        assertThat(settings.toString()).doesNotContain("hf_secret").contains("mirror.example");
        assertThat(from(Map.of("RLRR_OFFLINE", "1")).offline()).isTrue();
        assertThat(from(Map.of("HF_HUB_OFFLINE", "True")).offline()).isTrue();
        assertThat(from(Map.of("RLRR_OFFLINE", "0", "HF_HUB_OFFLINE", "")).offline()).isFalse();
    }

    @Test
    void theSystemPropertyComesBeforeTheVariable() {
        HubSettings settings =
                HubSettings.from(
                        Map.of("HF_ENDPOINT", "https://one.example"),
                        properties(
                                Map.of(
                                        "rlrr.hub.endpoint",
                                        "http://two.example:8080",
                                        "user.home",
                                        HOME.toString())));
        assertThat(settings.endpoint()).isEqualTo(URI.create("http://two.example:8080"));
    }

    @Test
    void theCacheIsWhereThePlatformKeepsCaches() {
        assertThat(CacheLocation.of(Map.of(), "Mac OS X", HOME))
                .isEqualTo(HOME.resolve("Library/Caches/rlrr"));
        assertThat(CacheLocation.of(Map.of(), "Windows 11", HOME))
                .isEqualTo(HOME.resolve("AppData/Local/rlrr"));
        assertThat(CacheLocation.of(Map.of("LOCALAPPDATA", "local"), "Windows 11", HOME))
                .isEqualTo(Path.of("local").resolve("rlrr"));
        String xdg = HOME.resolve("xdg").toString();
        assertThat(CacheLocation.of(Map.of("XDG_CACHE_HOME", xdg), "Linux", HOME))
                .isEqualTo(HOME.resolve("xdg").resolve("rlrr"));
        assertThat(CacheLocation.of(Map.of("XDG_CACHE_HOME", "relative"), "Linux", HOME))
                .as("ignored, as its specification says")
                .isEqualTo(HOME.resolve(".cache").resolve("rlrr"));
    }

    @Test
    void whatMakesNoSenseIsRefusedAndATokenNotShown() {
        for (String address :
                new String[] {
                    "huggingface.co", "ftp://x.example", "https://u:p@x.example", "a b"
                }) {
            assertThatThrownBy(() -> from(Map.of("HF_ENDPOINT", address)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(address, "https://huggingface.co");
        }
        assertThatThrownBy(() -> from(Map.of("HF_TOKEN", "hf_sec\nret")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HF_TOKEN")
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("hf_sec");
        assertThatThrownBy(() -> from(Map.of()).withMaxBytes(0)).hasMessageContaining("maxBytes");
    }

    @Test
    void whereJavaKnowsNoHomeTheVariableIsTaken() {
        Path home = Path.of("").toAbsolutePath();
        HubSettings settings =
                HubSettings.from(
                        Map.of("HOME", home.toString()),
                        properties(Map.of("os.name", "Linux", "user.home", "?")));
        assertThat(settings.cache()).isEqualTo(home.resolve(".cache/rlrr"));
    }

    @Test
    void withoutAnyHomeNoFolderIsMadeUp() {
        UnaryOperator<String> unknown = properties(Map.of("os.name", "Linux", "user.home", "?"));
        assertThatThrownBy(() -> HubSettings.from(Map.of(), unknown))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set RLRR_CACHE");
        assertThat(HubSettings.from(Map.of("RLRR_CACHE", "mine"), unknown).cache())
                .isEqualTo(Path.of("mine"));
    }
}
