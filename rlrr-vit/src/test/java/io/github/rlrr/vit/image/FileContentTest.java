package io.github.rlrr.vit.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileContentTest {

    @ParameterizedTest
    @CsvSource({
        "RIFFxxxxWEBPVP8, damaged WebP header",
        "xxxxftypavif, 'AVIF, a format that is not read: convert it to JPEG or PNG'",
        "%PDF-1.7, PDF",
        "GIF87, damaged GIF header",
        "'<html><head><title>Not found', 'text, starts with ''<html><head><title>Not f'''"
    })
    void tellsWhatIsOftenFoundInstead(String content, String expected) {
        assertThat(describe(content)).isEqualTo(expected);
    }

    @Test
    void tellsOtherContentByItsFirstBytes() {
        assertThat(describe("PK\u0003\u0004")).isEqualTo("zip archive");
        assertThat(describe("II*\0")).isEqualTo("damaged TIFF header");
        assertThat(describe("II+\0"))
                .isEqualTo("BIGTIFF, a format that is not read: convert it to JPEG or PNG");
        assertThat(describe("\u0089PNG")).isEqualTo("damaged PNG header");
        assertThat(describe("\u0001\u00ff")).isEqualTo("unknown content, starts with bytes 01 ff");
        assertThat(describe("")).isEqualTo("0 bytes");
    }

    private static String describe(String content) {
        return FileContent.describe(content.getBytes(StandardCharsets.ISO_8859_1));
    }
}
