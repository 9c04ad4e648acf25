package io.github.rlrr.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {

    /** Fields that other programs read. */
    private static final String[] FIELDS = {
        "side",
        "what",
        "model",
        "batch",
        "classes",
        "precision",
        "half_weights",
        "recompute",
        "merged",
        "device",
        "threads",
        "warmup",
        "steps",
        "step_seconds",
        "cpu_seconds",
        "peak_memory_bytes",
        "flops_per_step",
        "floor_seconds",
        "versions",
        "machine"
    };

    @TempDir private Path folder;

    private static JsonObject only(CommandLine.Result result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
        List<String> lines = result.out().lines().toList();
        assertThat(lines).hasSize(1);
        JsonObject json = JsonParser.parseString(lines.get(0)).getAsJsonObject();
        assertThat(json.keySet()).contains(FIELDS);
        return json;
    }

    private static List<Double> numbers(JsonElement array) {
        List<Double> numbers = new ArrayList<>();
        for (JsonElement element : (JsonArray) array) {
            numbers.add(element.getAsDouble());
        }
        return numbers;
    }

    @Test
    void trainingGivesAFigureForEachStepThatCounts() {
        CommandLine.Result result =
                CommandLine.rlrr(
                        "bench",
                        "train",
                        "--model",
                        "vit-cifar10",
                        "--batch-size",
                        2,
                        "--steps",
                        2,
                        "--warmup",
                        1,
                        "--classes",
                        7,
                        "--half-weights",
                        "--json",
                        "-");
        JsonObject json = only(result);

        assertThat(json.get("side").getAsString()).isEqualTo("rlrr");
        assertThat(json.get("half_weights").getAsBoolean()).isTrue();
        assertThat(json.get("what").getAsString()).isEqualTo("train");
        assertThat(json.get("batch").getAsInt()).isEqualTo(2);
        assertThat(json.get("classes").getAsInt()).isEqualTo(7);
        assertThat(json.get("threads").getAsInt()).isPositive();
        assertThat(numbers(json.get("step_seconds"))).hasSize(2).allMatch(s -> s > 0 && s < 600);
        assertThat(numbers(json.get("cpu_seconds"))).hasSize(2).allMatch(s -> s >= 0 && s < 600);
        assertThat(json.get("flops_per_step").getAsLong()).isBetween(500_000_000L, 1_200_000_000L);
        assertThat(json.get("floor_seconds").getAsDouble()).isPositive();
        assertThat(json.getAsJsonObject("versions").keySet())
                .containsExactly("rlrr", "djl", "libtorch", "java");
        assertThat(result.err())
                .contains("warm-up 1 of 1", "step 1 of 2", "step 2 of 2", "images/s");
    }

    @ParameterizedTest
    @CsvSource({"--plain,plain,false", "--merged,merged,true"})
    void inferenceSaysWhichModelAnswered(String option, String reading, boolean merged) {
        JsonObject json =
                only(
                        CommandLine.rlrr(
                                "bench",
                                "infer",
                                option,
                                "--model",
                                "vit-cifar10",
                                "--steps",
                                1,
                                "--warmup",
                                1,
                                "--batch-size",
                                1,
                                "--json",
                                "-"));

        assertThat(json.get("reading").getAsString()).isEqualTo(reading);
        assertThat(json.get("merged").getAsBoolean()).isEqualTo(merged);
    }

    @Test
    @Tag("slow")
    void severalCasesAreMeasuredInProcessesOfTheirOwn() throws IOException {
        Path file = folder.resolve("figures.jsonl");
        CommandLine.Result result =
                CommandLine.rlrr(
                        "bench",
                        "infer",
                        "--model",
                        "vit-cifar10",
                        "--batch-size",
                        "1,2",
                        "--steps",
                        1,
                        "--warmup",
                        1,
                        "--json",
                        file);

        assertThat(result.exitCode()).as(result.err()).isZero();
        List<JsonObject> lines =
                Files.readAllLines(file).stream()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject())
                        .toList();
        assertThat(lines).extracting(json -> json.get("batch").getAsInt()).containsExactly(1, 2);
        assertThat(result.out())
                .contains("infer vit-cifar10, batch 1, adapted")
                .contains("infer vit-cifar10, batch 2, adapted");
    }

    @Test
    void theOptimizersPartsAreTimedOneByOne() {
        JsonObject json =
                only(
                        CommandLine.rlrr(
                                "bench",
                                "optimizer",
                                "--model",
                                "vit-cifar10",
                                "--steps",
                                2,
                                "--json",
                                "-"));
        List<Double> steps = numbers(json.get("step_seconds"));
        List<Double> reading = numbers(json.getAsJsonObject("parts").get("reading"));
        List<Double> updating = numbers(json.getAsJsonObject("parts").get("adamw"));

        for (int i = 0; i < 2; i++) {
            assertThat(reading.get(i)).isPositive();
            assertThat(updating.get(i)).isPositive();
            assertThat(reading.get(i) + updating.get(i)).isLessThanOrEqualTo(steps.get(i));
        }
    }

    @Test
    void theLoadersSpeedIsMeasuredOnAFolder() {
        Path images = DemoModel.get().images().resolve("val").resolve("bag");
        CommandLine.Result result =
                CommandLine.rlrr(
                        "bench",
                        "loader",
                        "--data",
                        images,
                        "--passes",
                        1,
                        "--seconds",
                        0,
                        "--json",
                        "-");

        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
        assertThat(json.get("images").getAsInt()).isEqualTo(20);
        JsonObject speeds = json.getAsJsonObject("images_per_second");
        assertThat(speeds.keySet()).contains("decode", "resize, bicubic", "read from memory, flip");
        assertThat(speeds.asMap().values()).allMatch(speed -> speed.getAsDouble() > 0);
        assertThat(result.err()).contains("decode and resize");
    }

    @Test
    void theBundledModelsGeometryIsThatOfItsFile() throws IOException {
        VitConfig bundled = VitCheckpoint.inferConfig(Bundled.vit());

        assertThat(BenchModel.named("vit-cifar10").config()).isEqualTo(bundled);
    }

    @Test
    void aModelToMeasureHasItsNormsAtOneAndItsBiasesAtZero() {
        try (NDManager manager = TorchRuntime.newManager(Device.cpu());
                Backbone vit = BenchModel.named("vit-cifar10").random(10, false, manager)) {
            Map<Boolean, List<NDArray>> vectors =
                    vit.getParameters().values().stream()
                            .filter(each -> each.getArray().getShape().dimension() == 1)
                            .collect(
                                    Collectors.partitioningBy(
                                            each -> each.getName().equals("gamma"),
                                            Collectors.mapping(
                                                    Parameter::getArray, Collectors.toList())));
            assertThat(vectors.get(true))
                    .hasSize(13)
                    .allMatch(gamma -> gamma.eq(1).all().getBoolean());
            assertThat(vectors.get(false))
                    .isNotEmpty()
                    .allMatch(bias -> bias.eq(0).all().getBoolean());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit-h14", "vit-h-14"})
    void aPresetIsFoundWithAndWithoutItsLastDash(String name) {
        assertThat(BenchModel.named(name)).isEqualTo(new BenchModel("vit-h14", VitConfig.VIT_H_14));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--model wild | --model \"wild\" is unknown; there are [vit-cifar10, vit-ti16,",
                "--batch-size 0 | --batch-size is 0, expected at least 1",
                "--warmup 0 --steps 0 | --warmup is 0, expected at least 1; --steps is 0, expected",
                "--threads 0 | --threads is 0, expected at least 1",
                "--device tpu | --device is \"tpu\", expected cpu, cuda, gpu or gpu:0",
                "--device gpu:77 | --device gpu:77: this engine sees "
            })
    void aWrongOptionIsNamed(String arguments, String message) {
        List<String> all = new ArrayList<>(List.of("bench", "train"));
        all.addAll(List.of(arguments.strip().split(" ")));
        CommandLine.Result result = CommandLine.rlrr(all.toArray());

        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err()).startsWith("rlrr: " + message);
    }

    @Test
    void aFaultOfParsingIsOneLineHereToo() {
        CommandLine.Result result =
                CommandLine.rlrr("bench", "train", "--steps", "x", "--precision", "int3");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err().lines())
                .hasSize(3)
                .anyMatch(line -> line.contains("'--steps'"))
                .anyMatch(line -> line.contains("'--precision'"))
                .anyMatch(line -> line.equals("rlrr: see rlrr bench train --help"));
    }

    @Test
    void aPoolsRequestsAreCountedByHowTheyWereAnswered() {
        CommandLine.Result run = pool("--budget", 12);
        JsonObject json = JsonParser.parseString(run.out()).getAsJsonObject();
        JsonObject pool = json.getAsJsonObject("pool");
        assertThat(pool.get("adapters").getAsInt()).isEqualTo(3);
        long answered =
                pool.get("hits").getAsLong()
                        + pool.get("builds").getAsLong()
                        + pool.get("read_through").getAsLong();
        assertThat(answered).isEqualTo(20);
        assertThat(pool.get("hits").getAsLong()).isPositive();
        assertThat(pool.get("ready_bytes").getAsLong()).isBetween(1L, 12L << 20);
        assertThat(run.err()).contains("evictions").contains("a pool with 12 MiB");
        JsonObject merged = JsonParser.parseString(pool("--merged").out()).getAsJsonObject();
        assertThat(merged.get("pool").isJsonNull()).isTrue();
        assertThat(merged.getAsJsonObject("median_millis").get("COPY").getAsDouble()).isPositive();
        assertThat(pool("--requests", 0).err())
                .contains("--requests and --budget are [3, 0, 2048]");
    }

    private static CommandLine.Result pool(Object... more) {
        List<Object> arguments =
                new ArrayList<>(
                        List.of("bench", "pool", "--model", "vit-cifar10", "--adapters", 3));
        if (!List.of(more).contains("--requests")) {
            arguments.addAll(List.of("--requests", 20));
        }
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--json", "-"));
        return CommandLine.rlrr(arguments.toArray());
    }
}
