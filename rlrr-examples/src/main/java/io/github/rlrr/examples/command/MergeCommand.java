package io.github.rlrr.examples.command;

import io.github.rlrr.examples.option.AdapterOption;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.output.Outputs;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.checkpoint.Backbones;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.inference.AdaptedModel;
import io.github.rlrr.vit.inference.ModelFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr merge}: a plain model with an adapter absorbed, for timm, Transformers or JAX. */
@Command(
        name = "merge",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Absorb an adapter into its base and save a plain Vision Transformer that other"
                        + " libraries open.")
public final class MergeCommand implements Callable<Integer> {

    @Mixin private final BaseOptions base = new BaseOptions();

    @Mixin private final AdapterOption adapter = new AdapterOption();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "The folder for the weights and their configuration.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(
            names = "--layout",
            paramLabel = "NAME",
            defaultValue = "timm",
            description =
                    "timm or huggingface (model.safetensors), or google (model.npz). Default:"
                            + " ${DEFAULT-VALUE}.")
    private VitLayout layout = VitLayout.TIMM;

    @Option(names = "--half", description = "Store float16, half the size; rounded to 11 bits.")
    private boolean half;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        Outputs.checkFolder("--out", out);
        if (Files.isDirectory(out)
                && Files.exists(adapter.folder())
                && Files.isSameFile(out, adapter.folder())) {
            throw new IllegalArgumentException(
                    "--out " + out + " is the adapter's folder, expected one for the model");
        }
        try (AdaptedModel model = adapter.open(base);
                Backbone merged = model.vit().merged(model.adapted())) {
            long values = model.adapted().parameterReport().all();
            Outputs.requireSpace(
                    "--out", out, (half ? Short.BYTES : Float.BYTES) * values, "the merged model");
            List<Path> files =
                    ModelFolder.save(
                            merged,
                            out,
                            layout,
                            half ? TensorType.F16 : TensorType.F32,
                            model.metadata());
            Optional<String> remark = Backbones.of(merged).remark(merged, layout);
            if (remark.isPresent()) {
                PrintWriter err = spec.commandLine().getErr();
                err.println("rlrr: " + remark.get());
                err.flush();
            }
            files.forEach(file -> print.println("written   " + file));
        }
        print.flush();
        return 0;
    }
}
