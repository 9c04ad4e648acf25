package io.github.rlrr.examples.command;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.Rescaling.Form;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpectrumCommandTest {

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path folder;

    /** An adapter of the bundled model as it starts, saved without class names. */
    private Path adapter(String name, AdapterConfig config) throws IOException {
        Path saved = folder.resolve(name);
        try (VisionTransformer vit = VitCheckpoint.load(Bundled.vit());
                AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
            adapted.save(saved, new AdapterMetadata(Bundled.VIT, List.of(), Map.of()));
        }
        return saved;
    }

    private Path additive() throws IOException {
        return adapter(
                "additive",
                RlrrConfig.builder()
                        .form(Form.ADDITIVE)
                        .rank(4)
                        .initialisation(Initialisation.normal(0.02))
                        .targets("*.*.attn.{query,value}")
                        .scaleAndShift()
                        .build());
    }

    private static JsonObject json(Object... more) {
        Object[] arguments =
                Stream.concat(Stream.of("spectrum", "--json", "-"), Stream.of(more)).toArray();
        CommandLine.Result result = rlrr(arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return JsonParser.parseString(result.out()).getAsJsonObject();
    }

    private static List<JsonElement> layers(JsonObject json) {
        return json.getAsJsonArray("comparisons")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("layers")
                .asList();
    }

    private static double norm(JsonElement layer) {
        return layer.getAsJsonObject().get("relative_norm").getAsDouble();
    }

    @Test
    void theTableHasEveryChangedMatrixInAHundredColumns() {
        CommandLine.Result result = rlrr("spectrum", "--adapter", demo.adapter());
        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        List<String> lines = result.out().lines().toList();
        assertThat(lines.stream().filter(line -> line.startsWith("blocks."))).hasSize(36);
        assertThat(lines)
                .anyMatch(line -> line.startsWith("patch_embed.proj "))
                .contains("37 matrices changed; head is a head of its own")
                .noneMatch(line -> line.startsWith("head"));
        assertThat(lines.subList(1, lines.size())).allMatch(line -> line.length() <= 100);
    }

    @Test
    void methodsAreComparedSideBySide() throws IOException {
        Path additive = additive();
        Path probe = adapter("probe", new LinearProbeConfig());
        CommandLine.Result result =
                rlrr(
                        "spectrum",
                        "--adapter",
                        demo.adapter(),
                        "--adapter",
                        additive,
                        "--adapter",
                        probe);
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains(additive + " (rlrr) against " + Bundled.VIT)
                .contains("12 matrices changed, 25 did not; head is a head of its own")
                .contains("0 matrices changed, 37 did not")
                .doesNotContain("NaN")
                .containsPattern("additive +rlrr +12 +0\\.\\d+ +[34]\\.\\d +4\\.0 ");
    }

    @Test
    void jsonHasEverySingularValueAndTheTableGoesToStandardError() throws IOException {
        CommandLine.Result result =
                rlrr("spectrum", "--adapter", additive(), "--json", "-", "--leading", 3);
        assertThat(result.err()).contains("blocks.5.attn.value");
        JsonObject query =
                layers(JsonParser.parseString(result.out()).getAsJsonObject())
                        .get(0)
                        .getAsJsonObject();
        assertThat(query.get("path").getAsString()).isEqualTo("blocks.0.attn.query");
        assertThat(query.get("change_rank").getAsInt()).isEqualTo(4);
        assertThat(query.getAsJsonObject("change").getAsJsonArray("singular_values")).hasSize(128);
        assertThat(query.getAsJsonArray("output_angles")).hasSize(3);
        double square = 0;
        double whole = 0;
        for (int i = 0; i < 128; i++) {
            square += Math.pow(value(query, "change", i), 2);
            whole += Math.pow(value(query, "before", i), 2);
        }
        assertThat(norm(query)).isCloseTo(Math.sqrt(square / whole), within(1e-12));
    }

    private static double value(JsonObject layer, String spectrum, int index) {
        return layer.getAsJsonObject(spectrum)
                .getAsJsonArray("singular_values")
                .get(index)
                .getAsDouble();
    }

    @Test
    @Tag("slow")
    void aMergedCheckpointDiffersFromItsBaseAsItsAdapterDoes() {
        Path merged = folder.resolve("merged");
        assertThat(
                        rlrr(
                                        "merge",
                                        "--adapter",
                                        demo.adapter(),
                                        "--layout",
                                        "timm",
                                        "--out",
                                        merged)
                                .exitCode())
                .isZero();
        List<JsonElement> adapter = layers(json("--adapter", demo.adapter()));
        List<JsonElement> checkpoints =
                layers(json("--checkpoint", Bundled.VIT, "--other", merged));
        assertThat(checkpoints).isEqualTo(adapter);

        CommandLine.Result wrong =
                rlrr("spectrum", "--adapter", demo.adapter(), "--checkpoint", merged);
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err()).contains("was trained on another base: on " + Bundled.VIT);
    }

    @Test
    @Tag("slow")
    void anAdapterIsComparedWithAnother() throws IOException {
        Path additive = additive();
        JsonObject same = json("--from", additive, "--adapter", demo.adapter());
        List<JsonElement> plain = layers(json("--adapter", demo.adapter()));
        List<JsonElement> against = layers(same);
        // What the other adapter left alone is as in the base; what it changed is not.
        assertThat(against).hasSameSizeAs(plain);
        assertThat(against.get(2).getAsJsonObject().get("path").getAsString())
                .isEqualTo(plain.get(2).getAsJsonObject().get("path").getAsString());
        for (int i = 0; i < plain.size(); i++) {
            String path = plain.get(i).getAsJsonObject().get("path").getAsString();
            boolean changed = path.endsWith("query") || path.endsWith("value");
            assertThat(against.get(i).equals(plain.get(i))).as(path).isEqualTo(!changed);
        }
    }

    @Test
    void thePageAndItsPicturesAreWhole() throws Exception {
        Path out = folder.resolve("page");
        Path file = folder.resolve("figures.json");
        CommandLine.Result result =
                rlrr(
                        "spectrum",
                        "--adapter",
                        demo.adapter(),
                        "--adapter",
                        additive(),
                        "--out",
                        out,
                        "--json",
                        file);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(JsonParser.parseString(Files.readString(file)).getAsJsonObject().keySet())
                .containsExactly("comparisons");
        for (String method : List.of("rlrr-", "rlrr-2-")) {
            for (String picture :
                    List.of(
                            "relative-norm",
                            "effective-rank",
                            "output-turn",
                            "input-turn",
                            "spectra")) {
                Path svg = out.resolve(method + picture + ".svg");
                assertThat(result.out()).contains("written   " + svg);
                assertThat(
                                DocumentBuilderFactory.newInstance()
                                        .newDocumentBuilder()
                                        .parse(svg.toFile())
                                        .getElementsByTagName("text")
                                        .getLength())
                        .isGreaterThan(20);
            }
        }
        assertThat(out.resolve("rlrr-relative-norm.svg"))
                .content()
                .contains("blocks.5", "attn.query", "patch_embed.proj: ");
        assertThat(out.resolve("rlrr-2-relative-norm.svg")).content().doesNotContain("mlp.fc1");
        assertThat(out.resolve("spectrum.html"))
                .content()
                .contains("data:image/svg+xml;base64,", "12 matrices changed")
                .doesNotContain("http://", "https://", "NaN");
    }

    @Test
    void whatChangesNoMatrixIsSaidToHaveNoSpectrum() throws IOException {
        CommandLine.Result result =
                rlrr("spectrum", "--adapter", adapter("probe", new LinearProbeConfig()));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("(linear-probe) changes no weight matrix: 0 matrices changed, 37 did not")
                .contains("methods that train a head, biases or norms alone");
    }

    @Test
    void optionsThatMeanNothing() {
        assertThat(rlrr("spectrum").err()).contains("expected either --adapter, once or more, or");
        assertThat(rlrr("spectrum", "--adapter", "a", "--other", "b").err())
                .contains("expected either --adapter");
        assertThat(rlrr("spectrum", "--other", "b", "--from", "a").err())
                .contains("--from needs --adapter");
        assertThat(rlrr("spectrum", "--adapter", demo.adapter(), "--leading", 0).err())
                .contains("leading is 0, expected at least 1");
    }
}
