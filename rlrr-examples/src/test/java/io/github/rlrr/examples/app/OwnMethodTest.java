package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.examples.PublicApi;
import io.github.rlrr.examples.benchmark.MiniatureVtab;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.AdapterMethod;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.training.AdamW;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A method of a user's own, DoRA, in a jar of its own beside the library. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnMethodTest {

    private static final Path SOURCE = Path.of("own-method");
    private static final Path PARITY = Path.of("../rlrr-vit/src/test/resources/parity");
    private static final String SERVICE = "META-INF/services/" + AdapterMethod.class.getName();

    @TempDir private static Path folder;

    private Path jar;

    @BeforeAll
    void compile() throws IOException {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        int result =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-Xlint:all,-processing,-classfile,-path",
                                "-Werror",
                                "-proc:none",
                                "-d",
                                classes.toString(),
                                SOURCE.resolve("Dora.java").toString());
        assertThat(result).as("javac's exit code").isZero();
        Path services = classes.resolve(SERVICE);
        Files.createDirectories(services.getParent());
        Files.copy(SOURCE.resolve(SERVICE), services);
        jar = folder.resolve("dora.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(
                        new JarEntry(
                                classes.relativize(file)
                                        .toString()
                                        .replace(File.separatorChar, '/')));
                Files.copy(file, out);
            }
        }
    }

    /** Runs a command in a process whose class path has the jar. */
    private String inAnotherProcess(Object... arguments) throws IOException, InterruptedException {
        String classPath = System.getProperty("java.class.path") + File.pathSeparator + jar;
        Process process =
                JavaProcess.of(List.of(), classPath, RlrrCommand.class, arguments)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    @Tag("slow")
    void finetuneTrainsItAndWithoutItsJarTheMessageSaysWhatIsMissing()
            throws IOException, InterruptedException {
        Path out = folder.resolve("finetune");
        String said =
                inAnotherProcess(
                        "finetune",
                        "--data",
                        DemoModel.get().images().resolve("val"),
                        "--checkpoint",
                        Bundled.VIT,
                        "--out",
                        out,
                        "--epochs",
                        1,
                        "--method",
                        "dora",
                        "--set",
                        "alpha=16,targets=attn.query,attn.key",
                        "--rank",
                        2);
        assertThat(said).contains("12 x Decomposition of linear").contains("test accuracy");
        assertThat(out.resolve("adapter/adapter_config.json"))
                .content()
                .contains("\"method\": \"dora\"", "\"rank\": 2", "\"alpha\": 16.0");

        CommandLine.Result without =
                rlrr(
                        "evaluate",
                        "--adapter",
                        out.resolve("adapter"),
                        "--data",
                        DemoModel.get().images());
        assertThat(without.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(without.err())
                .contains("method is \"dora\", expected one of [arc, bias, full, linear-probe,")
                .contains("for a method of another jar put that jar on the class path");
    }

    @Test
    void itUsesNothingInternal() {
        PublicApi.check(folder.resolve("classes"));
    }

    @Test
    @Tag("slow")
    void vtabHasItInItsTableAndMethodsListsIt() throws IOException, InterruptedException {
        MiniatureVtab vtab = new MiniatureVtab(folder.resolve("vtab"), "dtd");
        String said =
                inAnotherProcess(
                        "vtab",
                        "--root",
                        vtab.root(),
                        "--checkpoint",
                        Bundled.VIT,
                        "--out",
                        folder.resolve("results"),
                        "--tasks",
                        "dtd",
                        "--epochs",
                        1,
                        "--method",
                        "dora");
        assertThat(said).contains("vtab: dora on").containsPattern("dtd +\\d+\\.\\d\\d");
        assertThat(inAnotherProcess("methods"))
                .contains("dora: LoRA for the direction of weights")
                .contains("    targets=attn.{query,value}");
    }

    /**
     * PEFT's numbers, made by {@code parity/methods/make_methods.py} in float64; 1e-5 is what
     * float32 keeps of them.
     */
    @Test
    void itIsDoraAsPeftHasIt() throws IOException {
        Path weights = PARITY.resolve("tiny/base_google.npz");
        VitConfig config = new VitConfig(16, 16, 4, 32, 3, 4, 64, 5, 1e-6f);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
                TensorReader numbers =
                        TensorReader.open(PARITY.resolve("methods/dora.safetensors"));
                TensorReader io = TensorReader.open(PARITY.resolve("tiny/io.npz"));
                VisionTransformer vit = VitCheckpoint.load(weights, config);
                NDManager manager = NDManager.newBaseManager()) {
            AdapterMethod dora =
                    ServiceLoader.load(AdapterMethod.class, loader).findFirst().orElseThrow();
            AdapterConfig adapter = dora.configure(Map.of("rank", "2", "alpha", "3"), 0);
            NDArray images = manager.create(io.readFloats("images"), new Shape(4, 3, 16, 16));
            NDArray labels = manager.create(io.readFloats("labels"), new Shape(4));
            try (AdaptedBlock adapted = Rlrr.adapt(vit, adapter);
                    AdamW optimizer = new AdamW(adapted.trainableTensors(), 0.1)) {
                close(logits(adapted, images), io.readFloats("base_logits"), "a fresh adapter");
                for (TrainableTensor tensor : adapted.trainableTensors()) {
                    tensor.parameter()
                            .getArray()
                            .set(numbers.readFloats("initial." + tensor.name()));
                }
                close(logits(adapted, images), numbers.readFloats("logits"), "logits");
                float[] losses = numbers.readFloats("losses");
                for (int step = 0; step < losses.length; step++) {
                    ParameterStore store = new ParameterStore(manager, false);
                    try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                        NDList out = adapted.forward(store, new NDList(images), true);
                        NDArray loss =
                                new SoftmaxCrossEntropyLoss().evaluate(new NDList(labels), out);
                        assertThat(loss.getFloat()).isCloseTo(losses[step], within(1e-5f));
                        collector.backward(loss);
                    }
                    if (step == 0) {
                        for (TrainableTensor tensor : adapted.trainableTensors()) {
                            close(
                                    tensor.parameter().getArray().getGradient().toFloatArray(),
                                    numbers.readFloats("gradient." + tensor.name()),
                                    "gradient of " + tensor.name());
                        }
                    }
                    optimizer.step(3e-3);
                }
                for (TrainableTensor tensor : adapted.trainableTensors()) {
                    close(
                            tensor.parameter().getArray().toFloatArray(),
                            numbers.readFloats("final." + tensor.name()),
                            tensor.name());
                }
            }
        }
    }

    private static float[] logits(AdaptedBlock adapted, NDArray images) {
        return adapted.forward(
                        new ParameterStore(images.getManager(), false), new NDList(images), false)
                .head()
                .toFloatArray();
    }

    private static void close(float[] actual, float[] expected, String what) {
        assertThat(actual).as(what).containsExactly(expected, within(1e-5f));
    }
}
