package io.github.rlrr.examples.benchmark;

import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.ConfigOption;
import io.github.rlrr.examples.option.MethodOptions;
import io.github.rlrr.examples.recipe.Recipe;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr fgvc}: the five tasks of FGVC with the published hyper-parameters. */
@Command(
        name = "fgvc",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Run the tasks of FGVC as published: CUB-200-2011, NABirds, Oxford Flowers, Stanford"
                    + " Dogs and Stanford Cars.",
            "All else is as for rlrr vtab; docs/recipes.md says where the images come from."
        })
public final class FgvcCommand implements Callable<Integer> {

    /** The published recipes. */
    enum Kind {
        PLAIN,
        AUGMENTED
    }

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            defaultValue = "plain",
            description =
                    "plain: 60 epochs. augmented: 110 epochs with mixup, cutmix, label smoothing and"
                            + " a moving average. Default: plain.")
    private Kind kind = Kind.PLAIN;

    @Mixin private final BenchmarkOptions options = new BenchmarkOptions();

    @Mixin private final BaseOptions base = new BaseOptions();

    @Mixin private final MethodOptions method = new MethodOptions();

    @Mixin private final ConfigOption config = new ConfigOption();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        boolean given = spec.findOption("--checkpoint").getValue() != null;
        return new BenchmarkSession(
                        "fgvc", options, method, base, config, spec.commandLine().getOut())
                .run(Recipe.fgvc(kind == Kind.AUGMENTED), given);
    }
}
