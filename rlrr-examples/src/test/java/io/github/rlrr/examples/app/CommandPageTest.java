package io.github.rlrr.examples.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CommandPageTest {

    private static final Path ROOT = Path.of("..");

    @Test
    void thePageHasTheOptionsThatTheCommandsHave() throws IOException {
        String page = CommandPage.read(ROOT);
        String renewed = CommandPage.renewed(page);
        if (Boolean.getBoolean("rlrr.renew")) {
            Files.writeString(ROOT.resolve(CommandPage.PAGE), renewed);
            return;
        }
        assertThat(page)
                .as("%s is stale; renew it: %s", CommandPage.PAGE, CommandPage.RENEW)
                .isEqualTo(renewed);
    }

    @Test
    void aStaleListIsRenewedAndTheRestStays() throws IOException {
        String page = CommandPage.read(ROOT);
        String stale = page.replaceFirst("(?m)^- `--epochs N`: .*$", "- `--epochs N`: old");
        assertThat(stale).isNotEqualTo(page);
        assertThat(CommandPage.renewed(stale)).isEqualTo(page);
    }

    @Test
    void aCommandWithoutAListIsNamed() throws IOException {
        String page = CommandPage.read(ROOT).replace("<!-- options: spectrum -->", "");
        assertThatThrownBy(() -> CommandPage.renewed(page))
                .hasMessageContaining("has no list for rlrr spectrum");
    }
}
