package io.github.rlrr.examples;

import io.github.rlrr.examples.bench.BenchCommand;
import io.github.rlrr.torch.NativeFolders;
import io.github.rlrr.torch.UserHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
            MergeCommand.class,
            ImportCommand.class,
            InspectCommand.class,
            SpectrumCommand.class,
            DoctorCommand.class,
            BenchCommand.class
        })
public final class RlrrCommand implements Runnable {

    /** The exit code of a fault that the user can mend. */
    static final int FAULT = 1;

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
        System.setProperty("java.awt.headless", "true");
        NativeFolders.choose();
        // The JDK's own caches, of fonts among them: never in a folder called "?".
        if (UserHome.find(System.getProperty("user.home"), null).isEmpty()) {
            System.setProperty("user.home", UserHome.find().map(Path::toString).orElse("/"));
        }
        CommandLine line = commandLine();
        int code = execute(line, args);
        // A full disk under the standard output throws nothing. A pipe may be closed early: head.
        line.getOut().flush();
        if (System.out.checkError() && code == 0 && Files.isRegularFile(STANDARD_OUTPUT)) {
            line.getErr()
                    .println("rlrr: the standard output could not be written, not all is there");
            code = FAULT;
        }
        System.exit(code);
    }

    /** Parses and runs, with the options of a configuration file where one is named. */
    static int execute(CommandLine line, String... args) {
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

    static CommandLine commandLine() {
        RlrrCommand root = new RlrrCommand();
        CommandLine line =
                new CommandLine(root)
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setExecutionStrategy(RlrrCommand::run)
                        .setExecutionExceptionHandler(root.new OneLine());
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
    private final class OneLine implements IExecutionExceptionHandler {

        @Override
        public int handleExecutionException(
                Exception fault, CommandLine commandLine, ParseResult parsed) {
            if (stacktrace) {
                fault.printStackTrace(commandLine.getErr());
            } else {
                commandLine.getErr().println("rlrr: " + oneLine(fault));
            }
            commandLine.getErr().flush();
            return FAULT;
        }
    }

    private static String oneLine(Exception fault) {
        return oneLine(fault, "--stacktrace");
    }

    /**
     * What is said of a fault, without line breaks.
     *
     * @param trace what shows the stack trace of a fault that nobody foresaw
     */
    static String oneLine(Throwable fault, String trace) {
        Throwable cause = fault.getCause();
        Throwable said = fault instanceof UncheckedIOException && cause != null ? cause : fault;
        boolean expected =
                said instanceof IOException
                        || said instanceof IllegalArgumentException
                        || said instanceof IllegalStateException
                        || said instanceof ArithmeticException
                        || said instanceof ParameterException;
        String message = said.getMessage() == null ? said.toString() : said.getMessage();
        if (said instanceof FileAlreadyExistsException || said instanceof NotDirectoryException) {
            message = message + " is a file, expected a folder";
        } else if (said instanceof AccessDeniedException) {
            message = "no permission for " + message;
        } else if (said instanceof FileSystemException) {
            message = said.getCause() == null ? "cannot use the file " + message : message;
        }
        String line = message.strip().replaceAll("\\s*\\R\\s*", " ");
        return expected ? line : "unexpected " + said + "; " + trace + " shows where";
    }
}
