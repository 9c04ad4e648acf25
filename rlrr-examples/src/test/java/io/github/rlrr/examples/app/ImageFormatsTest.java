package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.demo.Bundled;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures in the forms that people have them in, through the commands. */
class ImageFormatsTest {

    private final DemoModel demo = DemoModel.get();
    @TempDir Path root;

    private static void write(Path file, int grey) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_USHORT_GRAY);
        for (int i = 0; i < 64; i++) {
            image.getRaster().setSample(i % 8, i / 8, 0, grey + i);
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private CommandLine.Result predict(Object... arguments) {
        Object[] all = new Object[arguments.length + 3];
        all[0] = "predict";
        all[1] = "--adapter";
        all[2] = demo.adapter();
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return rlrr(all);
    }

    @Test
    void imagesThatAreNotReadAreCountedAmongThoseOfTheFolder() throws IOException {
        write(root.resolve("a.jfif"), 0);
        Files.writeString(root.resolve("IMG_1.HEIC"), "x");
        Files.writeString(root.resolve("b.avif"), "x");
        Path csv = root.resolve("labels.csv");

        CommandLine.Result result = predict("--csv", csv, root);

        assertThat(result.err().strip())
                .isEqualTo(
                        "rlrr: left out: 2 images in formats that are not read (1 avif, 1 heic);"
                                + " convert them to JPEG or PNG");
        assertThat(result.out()).contains("labelled 1 of 3 images");
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(predict("--csv", csv, "--skip-unreadable", 0.7, root).exitCode()).isZero();
    }

    @Test
    void anImageAboveALimitNamesTheOptionThatLiftsIt() throws IOException {
        write(root.resolve("a.png"), 0);
        CommandLine.Result refused = predict("--limits", "pixels=10", root);
        assertThat(refused.err()).contains("on the command line --limits pixels=64");
        assertThat(predict("--limits", "pixels=64", root).exitCode()).isZero();
    }

    @Test
    void anAdapterRemembersHowSixteenBitsWereRead() throws IOException {
        for (int i = 0; i < 3; i++) {
            write(root.resolve("data/dark/" + i), 1000 + i);
            write(root.resolve("data/light/" + i), 60000 + i);
        }
        Path out = root.resolve("out");
        CommandLine.Result run =
                rlrr(
                        "finetune",
                        "--data",
                        root.resolve("data"),
                        "--checkpoint",
                        Bundled.VIT,
                        "--sixteen-bit",
                        "max=4095",
                        "--epochs",
                        1,
                        "--out",
                        out);
        assertThat(run.exitCode()).as(run.err()).isZero();
        Path config = out.resolve("adapter/adapter_config.json");
        assertThat(
                        JsonParser.parseString(Files.readString(config))
                                .getAsJsonObject()
                                .getAsJsonObject("preprocessing")
                                .get("sixteen_bit")
                                .getAsString())
                .isEqualTo("max=4095");
    }

    @Test
    void picturesOfSixteenBitsDifferInTheirAnswersUnlessTheyAreClipped() throws IOException {
        write(root.resolve("1.png"), 1000);
        write(root.resolve("2.png"), 60000);
        assertThat(predict("--json", root).out().lines().map(ImageFormatsTest::probabilities))
                .doesNotHaveDuplicates();
        // As an adapter of an older version, which says nothing of it.
        Path old = root.resolve(".old");
        Files.createDirectory(old);
        for (String name : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
            Files.copy(demo.adapter().resolve(name), old.resolve(name));
        }
        Path config = old.resolve("adapter_config.json");
        String text = Files.readString(config);
        String without = text.replaceAll(",\\s*\"sixteen_bit\": \"scale\"", "");
        assertThat(without).isNotEqualTo(text);
        Files.writeString(config, without);
        CommandLine.Result clipped = rlrr("predict", "--adapter", old, "--json", root);
        assertThat(clipped.out().lines().map(ImageFormatsTest::probabilities).distinct())
                .as(clipped.err())
                .hasSize(1);
    }

    private static String probabilities(String line) {
        return JsonParser.parseString(line)
                .getAsJsonObject()
                .get("probabilities")
                .toString()
                .replaceAll("(0[.]\\d{6})\\d*", "$1"); // what two places of a batch may differ in
    }

    @Test
    void aMalformedWayToReadSixteenBitsIsRefusedBeforeAnyWork() throws IOException {
        write(root.resolve("a/1.png"), 0);
        write(root.resolve("a/2.png"), 0);
        write(root.resolve("b/1.png"), 0);
        CommandLine.Result result =
                rlrr(
                        "finetune",
                        "--data",
                        root,
                        "--checkpoint",
                        Bundled.VIT,
                        "--sixteen-bit",
                        "auto");
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains("--sixteen-bit: 16-bit grey: 'auto', expected scale");
    }
}
