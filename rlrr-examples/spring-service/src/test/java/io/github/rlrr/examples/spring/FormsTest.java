package io.github.rlrr.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.web.server.ResponseStatusException;

class FormsTest {

    private static final MediaType TYPE = MediaType.parseMediaType(Client.formType());

    private final Forms forms = new Forms(Settings.of(Path.of("a-model")));

    @Test
    void aFileOfNoBytesKeepsItsPlace() {
        List<byte[]> files = List.of(new byte[9], new byte[0], new byte[9], new byte[0]);
        assertThat(forms.images(TYPE, Client.form("file", files))).hasSize(4);
    }

    @Test
    void aFormThatIsCutAnywhereIsRefused() {
        byte[] form = Client.form("file", List.of(new byte[9], new byte[9]));
        assertThat(forms.images(TYPE, form)).hasSize(2);
        for (int length = 0; length < form.length - "\r\n".length(); length++) {
            byte[] cut = Arrays.copyOf(form, length);
            assertThatThrownBy(() -> forms.images(TYPE, cut))
                    .isInstanceOf(ResponseStatusException.class)
                    .hasMessageContaining("400");
        }
    }

    @Test
    void headersOfAPartThatAreTooLongAreNamed() {
        String form =
                new String(Client.form("file", List.of(new byte[9])), StandardCharsets.ISO_8859_1)
                        .replaceFirst("\r\n", "\r\nX: " + "a".repeat(9000) + "\r\n");
        assertThatThrownBy(
                        () -> forms.images(TYPE, form.getBytes(StandardCharsets.ISO_8859_1)))
                .hasMessageContaining("a part's headers are too long, expected at most 8192 bytes");
    }
}
