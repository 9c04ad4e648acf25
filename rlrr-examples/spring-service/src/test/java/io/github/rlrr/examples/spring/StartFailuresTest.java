package io.github.rlrr.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A start that fails says one line. */
@ExtendWith(OutputCaptureExtension.class)
class StartFailuresTest {

    @TempDir static Path folder;

    @BeforeAll
    static void model() throws IOException {
        RandomVit.write(RandomVit.TINY, folder, 0);
    }

    private static void assertOneLine(CapturedOutput output, String said, String setting) {
        String name = setting.split("=")[0];
        String[] all =
                Stream.concat(
                                Stream.of(
                                                "--rlrr.model=" + folder,
                                                "--server.port=0",
                                                "--management.server.port=0")
                                        .filter(each -> !each.startsWith(name + "=")),
                                Stream.of(setting))
                        .toArray(String[]::new);
        assertThatThrownBy(() -> ServiceApplication.main(all)).isNotNull();
        List<String> told =
                output.getAll()
                        .lines()
                        .filter(line -> line.contains("WARN") || line.contains("ERROR"))
                        .toList();
        assertThat(told).hasSize(1);
        assertThat(told.get(0)).contains("the service cannot start: ").contains(said);
        assertThat(output.getAll()).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rlrr.model=nowhere           | rlrr.model is nowhere: ",
                "--rlrr.model=                  | rlrr.model",
                "--rlrr.base=nowhere            | rlrr.base is nowhere: there is no such file",
                "--rlrr.device=gpu77            | rlrr.device is gpu77: libtorch finds",
                "--rlrr.device=tpu              | rlrr.device is tpu: expected cpu or gpu0",
                "--rlrr.threads=0               | rlrr.threads is 0, expected 1 to 1024",
                "--rlrr.threads=two             | rlrr.threads is \"two\", expected int",
                "--rlrr.forwards=-1             | rlrr.forwards is -1, expected 1 to",
                "--rlrr.max-pixels=0            | rlrr.max-pixels: 0, expected 1 to",
                "--rlrr.max-bytes=-1MB          | rlrr.max-bytes: -1,048,576, expected 1 to",
                "--rlrr.max-bytes=many          | rlrr.max-bytes is \"many\"",
                "--rlrr.max-wait=-1s            | rlrr.max-wait, in ms, is -1000",
                "--rlrr.request-timeout=soon    | rlrr.request-timeout is \"soon\"",
                "--rlrr.reject-below=2          | rlrr.reject-below is 2.0, expected 0 to 1",
                "--rlrr.tops=3                  | rlrr.tops: there is no such setting",
                "--server.port=http             | server.port is \"http\"",
            })
    void aWrongSettingIsNamedInOneLine(String setting, String said, CapturedOutput output) {
        assertOneLine(output, said, setting);
    }

    @Test
    void aTakenPortIsNamedInOneLine(CapturedOutput output) throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            int port = taken.getLocalPort();
            assertOneLine(
                    output,
                    "port " + port + " is taken; set server.port",
                    "--server.port=" + port);
        }
    }
}
