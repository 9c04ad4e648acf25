package io.github.rlrr.examples.benchmark;

import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.console.StopSignal;
import io.github.rlrr.examples.machine.MemoryForecast;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.examples.option.Checkpoints;
import io.github.rlrr.examples.option.ConfigFile;
import io.github.rlrr.examples.option.ConfigOption;
import io.github.rlrr.examples.option.MethodOptions;
import io.github.rlrr.examples.output.OutPlace;
import io.github.rlrr.examples.output.Outputs;
import io.github.rlrr.examples.recipe.BenchmarkTask;
import io.github.rlrr.examples.recipe.CopyCheck;
import io.github.rlrr.examples.recipe.Experiment;
import io.github.rlrr.examples.recipe.Recipe;
import io.github.rlrr.examples.recipe.Report;
import io.github.rlrr.examples.recipe.Setting;
import io.github.rlrr.examples.recipe.Variant;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.data.OutputMark;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What {@code rlrr vtab} and {@code rlrr fgvc} do, given their recipe. */
final class BenchmarkSession {

    private final String command;
    private final BenchmarkOptions options;
    private final MethodOptions method;
    private final BaseOptions base;
    private final ConfigOption config;
    private final PrintWriter out;

    /**
     * A session.
     *
     * @param command the command's name, after which the output folder is called
     */
    BenchmarkSession(
            String command,
            BenchmarkOptions options,
            MethodOptions method,
            BaseOptions base,
            ConfigOption config,
            PrintWriter out) {
        this.command = command;
        this.options = options;
        this.method = method;
        this.base = base;
        this.config = config;
        this.out = out;
    }

    /**
     * Checks a copy, prints tables, or runs the tasks.
     *
     * @param everything the recipe with all its tasks
     * @param checkpointGiven whether the user has named a model
     * @return the exit code
     */
    int run(Recipe everything, boolean checkpointGiven) throws IOException {
        Recipe recipe = everything.select(options.tasks());
        if (options.checks()) {
            return check(recipe);
        }
        Path folder = options.out(command);
        if (options.printsTableOnly()) {
            return table(folder);
        }
        if (!checkpointGiven) {
            throw new IllegalArgumentException(
                    "--checkpoint is missing, expected the frozen model; the published results are"
                            + " of ViT-B/16 trained on ImageNet-21k (docs/recipes.md)");
        }
        Path root = options.root();
        if (!Files.isDirectory(root)) {
            throw new IOException(root + ": no such folder, expected one with the tasks' folders");
        }
        OutPlace.check(
                folder,
                root,
                recipe.tasks().stream().map(task -> root.resolve(task.name())).toList());
        return train(recipe, root, folder);
    }

    private int check(Recipe recipe) {
        Path root = options.root();
        boolean good = true;
        for (BenchmarkTask task : recipe.tasks()) {
            CopyCheck.Finding finding = CopyCheck.of(task, recipe.layout(), root);
            out.println(finding);
            out.flush();
            good &= finding.isGood();
        }
        return good ? 0 : Fault.EXIT_CODE;
    }

    private int table(Path folder) throws IOException {
        Report report = Report.of(folder);
        if (report.text().isEmpty()) {
            throw new IOException(folder + ": no results there, expected those of an earlier run");
        }
        report.write();
        out.print(report.text());
        out.flush();
        return 0;
    }

    private int train(Recipe recipe, Path root, Path folder) throws IOException {
        // All options are checked before the model is read.
        Outputs.checkFolder("--out", folder);
        Variant variant = options.variant();
        List<Long> seeds = options.seeds();
        Map<Setting, Double> overrides = options.overrides();
        ImageLimits limits = options.limits();
        AdapterConfig adapter = method.config(0);
        Checkpoints.Local checkpoint = base.find();
        try (Backbone vit = base.load(checkpoint);
                StopSignal stop = new StopSignal()) {
            for (BenchmarkTask task : recipe.tasks()) {
                int batch =
                        Math.min(
                                task.settings().with(overrides).batchSize(),
                                task.trainImages() + task.validationImages());
                options.memory()
                        .check(
                                vit.config(),
                                new MemoryForecast.Step(batch, 0, false, false),
                                base.device(),
                                out);
            }
            Preprocessing preprocessing =
                    recipe.preprocessing(base.preprocessing(checkpoint, vit.config()));
            Experiment experiment =
                    new ExperimentSetup(checkpoint, base, preprocessing, overrides)
                            .of(recipe.name(), adapter);
            Benchmark.Plan plan =
                    new Benchmark.Plan(
                            recipe.tasks(),
                            task -> BenchmarkImages.of(recipe, task, root, preprocessing, limits),
                            experiment,
                            variant,
                            seeds,
                            overrides,
                            method::config,
                            base.device());
            OutputMark.write(folder);
            ConfigFile.write(
                    folder.resolve(experiment.key()).resolve("config.yaml"),
                    config.effective(
                            Map.of("checkpoint", checkpoint.name(), "root", root, "out", folder)));
            if (!recipe.table().isEmpty()) {
                Path copy = folder.resolve(experiment.key()).resolve(Recipe.TABLE_FILE);
                AtomicFile.write(copy, AtomicFile.text(recipe.table()));
            }
            boolean good =
                    new Benchmark(plan, vit, folder, () -> Report.update(folder), stop, out).run();
            Report report = Report.update(folder);
            out.println();
            out.print(report.text(experiment));
            out.println();
            for (String name : List.of("results.md", "results.json", "results.tex")) {
                out.println("written   " + folder.resolve(name));
            }
            out.flush();
            return good ? 0 : Fault.EXIT_CODE;
        }
    }
}
