package io.github.rlrr.examples.app;

import io.github.rlrr.examples.bench.BenchCommand;
import io.github.rlrr.examples.benchmark.CompareCommand;
import io.github.rlrr.examples.benchmark.FgvcCommand;
import io.github.rlrr.examples.benchmark.VtabCommand;
import io.github.rlrr.examples.command.DemoCommand;
import io.github.rlrr.examples.command.DoctorCommand;
import io.github.rlrr.examples.command.EmbedCommand;
import io.github.rlrr.examples.command.EvaluateCommand;
import io.github.rlrr.examples.command.FinetuneCommand;
import io.github.rlrr.examples.command.ImportCommand;
import io.github.rlrr.examples.command.InspectCommand;
import io.github.rlrr.examples.command.MergeCommand;
import io.github.rlrr.examples.command.MethodsCommand;
import io.github.rlrr.examples.command.PredictCommand;
import io.github.rlrr.examples.command.PrototypeCommand;
import io.github.rlrr.examples.command.SearchCommand;
import io.github.rlrr.examples.command.SpectrumCommand;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.machine.Versions;
import io.github.rlrr.examples.option.ConfigFile;
import io.github.rlrr.torch.NativeFolders;
import io.github.rlrr.torch.UserHome;
import io.github.rlrr.vit.data.FileNames;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code rlrr}; its subcommands do the work. */
@Command(
        name = "rlrr",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        description = "Parameter-efficient fine-tuning of Vision Transformers with RLRR.",
        subcommands = {
            DemoCommand.class,
            FinetuneCommand.class,
            MethodsCommand.class,
            CompareCommand.class,
            VtabCommand.class,
            FgvcCommand.class,
            EvaluateCommand.class,
            PredictCommand.class,
            PrototypeCommand.class,
            EmbedCommand.class,
            SearchCommand.class,
            MergeCommand.class,
            ImportCommand.class,
            InspectCommand.class,
            SpectrumCommand.class,
            DoctorCommand.class,
            BenchCommand.class
        })
public final class RlrrCommand implements Runnable {

    private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "Print the whole stack trace when something fails.")
    private boolean stacktrace;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    /** Made by picocli. */
    @SuppressWarnings("NullAway.Init")
    RlrrCommand() {}

    /**
     * Runs the command line and exits: 0 when all went well, 1 for a fault, 2 for wrong usage, 130
     * when interrupted.
     *
     * @param args the arguments
     */
    public static void main(String[] args) {
        // Libraries write numbers, and compare names, by the locale: charts, bars, option parsing.
        Locale.setDefault(Locale.ROOT);
        System.setProperty("java.awt.headless", "true");
        NativeFolders.choose();
        // The JDK's own caches, of fonts among them: never in a folder called "?".
        if (UserHome.find(System.getProperty("user.home"), null).isEmpty()) {
            System.setProperty("user.home", UserHome.find().map(Path::toString).orElse("/"));
        }
        CommandLine line = inUtf8(commandLine());
        int code = execute(line, args);
        // A full disk under the standard output throws nothing. A pipe may be closed early: head.
        line.getOut().flush();
        if (System.out.checkError() && code == 0 && Files.isRegularFile(STANDARD_OUTPUT)) {
            line.getErr()
                    .println("rlrr: the standard output could not be written, not all is there");
            code = Fault.EXIT_CODE;
        }
        System.exit(code);
    }

    /** Where the locale has ASCII alone, UTF-8 goes out: a question mark would be a wrong name. */
    private static CommandLine inUtf8(CommandLine line) {
        Charset locale = Charset.forName(System.getProperty("native.encoding", "UTF-8"));
        if (locale.equals(StandardCharsets.US_ASCII)) {
            line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
            line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        }
        return line;
    }

    /** Names that the locale has made unreadable, so that no file can be found by them. */
    private static List<Exception> unreadable(String... args) {
        List<Exception> faults = new ArrayList<>();
        for (String arg : args) {
            if (arg.indexOf('\uFFFD') >= 0 && !isThere(arg)) {
                faults.add(
                        new IllegalArgumentException(
                                String.format(
                                        Locale.ROOT,
                                        "the argument '%s' cannot be read: %s",
                                        arg.replace('\uFFFD', '?'),
                                        FileNames.remedy())));
            }
        }
        return faults;
    }

    private static boolean isThere(String name) {
        try {
            return Files.exists(Path.of(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Parses and runs, with the options of a configuration file where one is named. */
    public static int execute(CommandLine line, String... args) {
        List<Exception> unreadable = unreadable(args);
        if (!unreadable.isEmpty()) {
            return wrongUsage(line, unreadable);
        }
        CommandLine command = args.length == 0 ? null : line.getSubcommands().get(args[0]);
        if (command != null && command.getCommandSpec().findOption(ConfigFile.OPTION) != null) {
            try {
                Path file = configFile(args);
                if (file != null) {
                    command.setDefaultValueProvider(ConfigFile.read(file, commandLine(), args[0]));
                }
            } catch (IOException | IllegalArgumentException e) {
                return wrongUsage(command, List.of(e));
            }
        }
        return line.execute(args);
    }

    /** Defaults have to be known before the arguments are parsed. */
    private static @Nullable Path configFile(String... args) {
        for (int i = 1; i < args.length; i++) {
            if (args[i].startsWith(ConfigFile.OPTION + "=")) {
                return Path.of(args[i].substring(ConfigFile.OPTION.length() + 1));
            }
            if (args[i].equals(ConfigFile.OPTION) && i + 1 < args.length) {
                return Path.of(args[i + 1]);
            }
        }
        return null;
    }

    public static CommandLine commandLine() {
        RlrrCommand root = new RlrrCommand();
        CommandLine line =
                new CommandLine(root)
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setExecutionStrategy(RlrrCommand::run)
                        .setExecutionExceptionHandler(root.new FaultLine());
        collectErrors(line);
        return line;
    }

    private static void collectErrors(CommandLine command) {
        command.getCommandSpec().parser().collectErrors(true);
        command.getSubcommands().values().forEach(RlrrCommand::collectErrors);
    }

    /** Runs the command, or names everything that is wrong with its arguments. */
    private static int run(ParseResult parsed) {
        List<Exception> faults = new ArrayList<>(parsed.errors());
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
            faults.addAll(last.errors());
        }
        Integer help = CommandLine.executeHelpRequest(parsed);
        if (help != null) {
            return help;
        }
        if (!faults.isEmpty()) {
            return wrongUsage(last.commandSpec().commandLine(), faults);
        }
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (LinkageError e) {
            // Picocli hands exceptions to OneLine, not errors.
            Exception said = new IllegalStateException(missing(e), e);
            throw new CommandLine.ExecutionException(
                    last.commandSpec().commandLine(), "cannot load", said);
        }
    }

    /** What is said of a native library that is not there, or a class that could not be set up. */
    private static String missing(LinkageError fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return "a library cannot be loaded ("
                + root
                + "); rlrr doctor says what is missing, --stacktrace shows where";
    }

    /** A line for each fault and one for the help, not the whole help. */
    private static int wrongUsage(CommandLine command, List<Exception> faults) {
        PrintWriter err = command.getErr();
        for (Exception fault : faults) {
            err.println("rlrr: " + oneLine(fault));
            if (fault instanceof ParameterException usage) {
                UnmatchedArgumentException.printSuggestions(usage, err);
            }
        }
        err.println("rlrr: see " + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** A fault is one line that says what came and what to do; the trace is there on request. */
    private final class FaultLine implements IExecutionExceptionHandler {

        @Override
        public int handleExecutionException(
                Exception fault, CommandLine commandLine, ParseResult parsed) {
            if (stacktrace) {
                fault.printStackTrace(commandLine.getErr());
            } else {
                commandLine.getErr().println("rlrr: " + oneLine(fault));
            }
            commandLine.getErr().flush();
            return Fault.EXIT_CODE;
        }
    }

    private static String oneLine(Exception fault) {
        return Fault.oneLine(fault, "--stacktrace");
    }
}
