package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that a JVM of 32 MiB cannot hold are refused there, and the JVM goes on. */
class SmallHeapTest {

    @TempDir private Path folder;

    /** Opens the file and reads its first tensor, twice, and says what came. */
    public static void main(String[] args) throws IOException {
        for (int i = 0; i < 2; i++) {
            try (TensorReader reader = TensorReader.open(Path.of(args[0]))) {
                String first = reader.tensors().keySet().iterator().next();
                System.out.println("read " + reader.readFloats(first).length);
            } catch (TensorFileException e) {
                System.out.println("refused " + e.getMessage());
            }
        }
    }

    private String run(byte[] content) throws IOException, InterruptedException {
        Path file = Files.write(folder.resolve("file"), content);
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx32m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                SmallHeapTest.class.getName(),
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output.lines()).hasSize(2);
        return output.replace(file.toString(), "FILE");
    }

    @Test
    void aSmallFileIsRead() throws Exception {
        assertThat(run(Files.readAllBytes(TestFiles.pth("types.pth")))).startsWith("read 6");
    }

    @Test
    void aPickleOfMillionsOfTextsIsRefused() throws Exception {
        byte[] pickle = new TestPickle().ops("(").times(1_500_000, "X\1\0\0\0a").ops("t").stop();
        assertThat(run(TestPickle.archive(pickle, new byte[4])).lines())
                .allMatch(
                        line ->
                                line.startsWith(
                                        "refused FILE: has a header that does not fit into Java"));
    }

    @Test
    void aSafetensorsHeaderOfMegabytesIsRefused() throws Exception {
        String text = "{\"__metadata__\":{\"a\":\"" + "x".repeat(30_000_000) + "\"}}";
        assertThat(run(TestFiles.safetensors(text, new byte[0])).lines())
                .allMatch(line -> line.startsWith("refused FILE: has a header that does not fit"));
    }

    @Test
    void aTensorThatInflatesBeyondTheHeapIsRefused() throws Exception {
        byte[] npy = TestFiles.npy("<f4", false, "(15000000,)", new byte[60_000_000]);
        byte[] zip = TestFiles.zip(ZipEntry.DEFLATED, Map.of("x.npy", npy));
        assertThat(run(zip).lines())
                .allMatch(
                        line ->
                                line.startsWith(
                                        "refused FILE: tensor \"x\" of 60000000 bytes does not fit"));
    }
}
