package io.github.rlrr.examples.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rlrr bench}: measures what things cost on this machine. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measure what things cost on this machine, on random images and weights.",
            "One case is measured in this process, several each in a JVM of its own."
        },
        subcommands = {
            BenchCommand.Train.class,
            BenchCommand.Infer.class,
            BenchCommand.Optimizer.class,
            LoaderCommand.class,
            GpuCommand.class,
            CheckCommand.class,
            PoolCommand.class,
            ProgramsCommand.class
        })
public final class BenchCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** Made by picocli. */
    BenchCommand() {}

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** How much a step computes, and in which type. */
    static final class BatchOptions {

        @Option(
                names = "--batch-size",
                paramLabel = "N",
                split = ",",
                defaultValue = "8",
                description = "Images a step, such as 8,32. Default: ${DEFAULT-VALUE}.")
        private List<Integer> sizes = List.of();

        @Option(
                names = "--precision",
                paramLabel = "TYPE",
                defaultValue = "float32",
                description = "The type of matrix products: ${COMPLETION-CANDIDATES}.")
        private ProductType precision = ProductType.FLOAT32;
    }

    /** {@code rlrr bench train}. */
    @Command(
            name = "train",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description =
                    "Steps of the trainer, RLRR as published, and the time of their matrix products"
                            + " alone.")
    static final class Train implements Callable<Integer> {

        @Mixin private final CaseOptions options = new CaseOptions();
        @Mixin private final BatchOptions batches = new BatchOptions();

        @Option(
                names = "--half-weights",
                description = "Hold the encoder blocks' frozen weight matrices in float16.")
        private boolean halfWeights;

        @Option(
                names = "--recompute",
                description = "Compute the encoder blocks again in backward.")
        private boolean recompute;

        @Override
        public Integer call() throws IOException {
            List<BenchCase> cases = new ArrayList<>();
            for (int size : batches.sizes) {
                cases.addAll(
                        options.cases(
                                BenchCase.What.TRAIN,
                                size,
                                new BenchCase.How(
                                        batches.precision,
                                        halfWeights,
                                        recompute,
                                        Reading.ADAPTED)));
            }
            return options.run(cases);
        }
    }

    /** {@code rlrr bench infer}. */
    @Command(
            name = "infer",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Forwards without gradients, of the adapted model unless told otherwise.")
    static final class Infer implements Callable<Integer> {

        @Mixin private final CaseOptions options = new CaseOptions();
        @Mixin private final BatchOptions batches = new BatchOptions();

        @Option(names = "--plain", description = "Of the model without adapter.")
        private boolean plain;

        @Option(names = "--merged", description = "Of the model that absorbed its adapter.")
        private boolean merged;

        @Override
        public Integer call() throws IOException {
            List<Reading> readings = new ArrayList<>();
            if (plain) {
                readings.add(Reading.PLAIN);
            }
            if (merged) {
                readings.add(Reading.MERGED);
            }
            if (readings.isEmpty()) {
                readings.add(Reading.ADAPTED);
            }
            List<BenchCase> cases = new ArrayList<>();
            for (int size : batches.sizes) {
                for (Reading reading : readings) {
                    cases.addAll(
                            options.cases(
                                    BenchCase.What.INFER,
                                    size,
                                    new BenchCase.How(batches.precision, false, false, reading)));
                }
            }
            return options.run(cases);
        }
    }

    /** {@code rlrr bench optimizer}. */
    @Command(
            name = "optimizer",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description =
                    "Every parameter read through the adapter once, and AdamW's update: what a"
                            + " training step does beside the network's own work.")
    static final class Optimizer implements Callable<Integer> {

        @Mixin private final CaseOptions options = new CaseOptions();

        @Override
        public Integer call() throws IOException {
            return options.run(options.cases(BenchCase.What.OPTIMIZER, 1, BenchCase.How.USUAL));
        }
    }
}
