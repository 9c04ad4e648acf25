package io.github.rlrr.examples.benchmark;

import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.ConfigOption;
import io.github.rlrr.examples.option.MethodOptions;
import io.github.rlrr.examples.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr vtab}: the 19 tasks of VTAB-1k with the published hyper-parameters. */
@Command(
        name = "vtab",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Run the tasks of VTAB-1k as published: 800 + 200 training images, 110 epochs, the"
                    + " published hyper-parameters of each task.",
            "What is done in --out is not done again; a task that fails is noted and the next one"
                    + " run. In the end the table stands beside the published figures, and is"
                    + " written as Markdown, JSON and LaTeX. docs/recipes.md says where the images"
                    + " come from."
        })
public final class VtabCommand implements Callable<Integer> {

    @Mixin private final BenchmarkOptions options = new BenchmarkOptions();

    @Mixin private final BaseOptions base = new BaseOptions();

    @Mixin private final MethodOptions method = new MethodOptions();

    @Mixin private final ConfigOption config = new ConfigOption();

    @Option(
            names = "--recipes",
            paramLabel = "FILE",
            description =
                    "Tasks of your own in VTAB-1k's layout, 800 + 200 training images each: a CSV"
                            + " like the bundled one (docs/recipes.md). Default: the 19 of VTAB-1k.")
    private @Nullable Path recipes;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        boolean given = spec.findOption("--checkpoint").getValue() != null;
        return new BenchmarkSession(
                        "vtab", options, method, base, config, spec.commandLine().getOut())
                .run(recipes == null ? Recipe.vtab() : Recipe.vtab(recipes), given);
    }
}
