package io.github.rlrr.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorTest {

    @ParameterizedTest
    @CsvSource({
        "AuthenticAMD, avx512f avx512_bf16, true",
        "AuthenticAMD, avx512f avx512_vnni, false",
        "GenuineIntel, avx512f avx512_bf16 avx512_fp16, false",
        "GenuineIntel, avx512f avx512_bf16 amx_bf16 amx_tile, true",
        "GenuineIntel, avx2 fma avx2, false"
    })
    void bfloat16IsFastWhereItsInstructionsAre(String vendor, String flags, boolean fast) {
        List<String> lines =
                List.of(
                        "processor\t: 0",
                        "vendor_id\t: " + vendor,
                        "flags\t\t: fpu " + flags,
                        "",
                        "processor\t: 1",
                        "flags\t\t: amx_bf16");
        assertThat(Processor.isFastInBfloat16(lines)).isEqualTo(fast);
        assertThat(Processor.isFastInBfloat16(List.of())).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "AuthenticAMD, avx512f avx512_bf16 avx512_vnni, true",
        "GenuineIntel, avx2 avx_vnni, true",
        "GenuineIntel, avx512f avx512bw, false"
    })
    void int8IsFastWhereItsInstructionsAre(String vendor, String flags, boolean fast) {
        assertThat(Processor.isFastInInt8(List.of("vendor_id : " + vendor, "flags : " + flags)))
                .isEqualTo(fast);
        assertThat(Processor.isFastInInt8(List.of())).isFalse();
    }
}
