package io.github.rlrr.examples.command;

import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.Checkpoints;
import io.github.rlrr.io.OneLine;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.image.SixteenBit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rlrr inspect}: what an adapter, a tensor file or a checkpoint holds. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Show what an adapter folder or a tensor file holds.",
            "Without PATH: the modules of a checkpoint that can be adapted; without --checkpoint"
                    + " too, of the bundled one."
        })
public final class InspectCommand implements Callable<Integer> {

    @Mixin private final BaseOptions base = new BaseOptions();

    @Parameters(
            paramLabel = "PATH",
            arity = "0..1",
            description = "An adapter folder, or a .npz or .safetensors file.")
    private @Nullable Path path;

    @Option(names = "--tensors", description = "List the tensors of an adapter too.")
    private boolean tensors;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        if (path == null) {
            modules(print);
        } else if (Files.isDirectory(path)) {
            adapter(path, print);
        } else {
            tensors(path, print);
        }
        print.flush();
        return 0;
    }

    private void modules(PrintWriter print) throws IOException {
        Checkpoints.Local checkpoint = base.find();
        try (Backbone vit = base.load(checkpoint)) {
            BackboneConfig config = vit.config();
            print.println(checkpoint.name() + ": " + config.summary());
            print.println(
                    "preprocessing  "
                            + base.preprocessing(checkpoint, SixteenBit.CLIP)
                                    .map(p -> p.withSize(config.imageHeight(), config.imageWidth()))
                                    .map(p -> p.toMap().toString())
                                    .orElse("not said"));
            print.print(Rlrr.tree(vit));
        }
    }

    private void adapter(Path folder, PrintWriter print) throws IOException {
        AdapterFolder.Description description = AdapterFolder.describe(folder);
        print.println("method         " + description.config().method());
        print.println("configuration  " + description.config());
        print.println("base           " + description.metadata().baseModel());
        print.println("base weights   " + description.baseFingerprint());
        if (!description.metadata().task().equals(Tasks.USUAL)) {
            print.println(
                    "task           "
                            + description.metadata().task()
                            + " "
                            + description.metadata().kept());
        }
        print.println(
                "classes        "
                        + OneLine.of(String.join(", ", description.metadata().classNames())));
        print.println("preprocessing  " + description.metadata().preprocessing());
        print.println("written by     rlrr " + description.libraryVersion());
        Path file = folder.resolve(AdapterFolder.TENSOR_FILE);
        if (tensors) {
            tensors(file, print);
        } else {
            try (TensorReader reader = TensorReader.open(file)) {
                print.printf(Locale.ROOT, "tensors        %s%n", summary(reader));
            }
        }
    }

    private static void tensors(Path file, PrintWriter print) throws IOException {
        try (TensorReader reader = TensorReader.open(file)) {
            for (TensorInfo tensor : reader.tensors().values()) {
                print.printf(
                        Locale.ROOT,
                        "%-56s %-5s %s%n",
                        tensor.name(),
                        tensor.type(),
                        tensor.shape());
            }
            reader.metadata().forEach((key, value) -> print.println(key + ": " + value));
            print.println(summary(reader));
        }
    }

    private static String summary(TensorReader reader) {
        long values = reader.tensors().values().stream().mapToLong(TensorInfo::elementCount).sum();
        long bytes = reader.tensors().values().stream().mapToLong(TensorInfo::byteCount).sum();
        return String.format(
                Locale.ROOT,
                "%,d tensors, %,d values, %,d bytes",
                reader.tensors().size(),
                values,
                bytes);
    }
}
