package io.github.rlrr.examples.bench;

import com.google.gson.Gson;
import io.github.rlrr.examples.output.Outputs;
import io.github.rlrr.io.WholeFolder;
import io.github.rlrr.method.Rescaling;
import io.github.rlrr.torch.TorchProgram;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.part.EncoderBlock;
import io.github.rlrr.vit.part.Precision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rlrr bench programs}: writes the programs of a training step for PyTorch to run. */
@Command(
        name = "programs",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Write the TorchScript programs that a step runs, for torch.jit.load.",
            "docs/benchmark/run_programs.py runs a whole training step of them, on a GPU too."
        })
final class ProgramsCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "OUT", description = "The folder, made where missing.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "vit-b16",
            description = "The geometry. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private String model;

    @Override
    public Integer call() throws IOException {
        if (!(BenchModel.named(model).config() instanceof VitConfig geometry)) {
            throw new IllegalArgumentException(
                    "--model is "
                            + model
                            + ", expected a Vision Transformer, whose blocks are one");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("rescaling", Rescaling.PROGRAM);
        for (Precision precision : List.of(Precision.FLOAT32, Precision.BFLOAT16)) {
            new EncoderBlock(geometry.parts().branches())
                    .programs(precision)
                    .forEach((name, text) -> texts.put(name + "-" + precision, text));
        }
        Outputs.checkFolder("OUT", out);
        try (WholeFolder files = WholeFolder.replace(out)) {
            for (Map.Entry<String, String> text : texts.entrySet()) {
                byte[] archive = TorchProgram.archive(text.getValue());
                files.add(text.getKey() + ".pt", stream -> stream.write(archive));
            }
            byte[] config = new Gson().toJson(geometry).getBytes(StandardCharsets.UTF_8);
            files.add("config.json", stream -> stream.write(config));
            for (Path file : files.finish()) {
                spec.commandLine().getOut().println("written   " + file);
            }
        }
        return 0;
    }
}
