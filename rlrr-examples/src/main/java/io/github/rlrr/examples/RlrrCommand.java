package io.github.rlrr.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NotDirectoryException;
import java.util.Arrays;
import java.util.List;
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
            VtabCommand.class,
            FgvcCommand.class,
            EvaluateCommand.class,
            PredictCommand.class,
            MergeCommand.class,
            ImportCommand.class,
            InspectCommand.class,
            DoctorCommand.class
        })
public final class RlrrCommand implements Runnable {

    /** The exit code of a fault that the user can mend. */
    static final int FAULT = 1;

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
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        RlrrCommand root = new RlrrCommand();
        return new CommandLine(root)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(RlrrCommand::wrongUsage)
                .setExecutionExceptionHandler(root.new OneLine());
    }

    /** Two lines, not the whole help: what was wrong and where the help is. */
    private static int wrongUsage(ParameterException fault, String[] arguments) {
        CommandLine command = fault.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("rlrr: " + oneLine(fault));
        List<String> unknown =
                Arrays.stream(arguments).filter(a -> isUnknownOption(command, a)).toList();
        if (!unknown.isEmpty() && !(fault instanceof UnmatchedArgumentException)) {
            err.println("rlrr: unknown options: " + String.join(" ", unknown));
        }
        UnmatchedArgumentException.printSuggestions(fault, err);
        err.println("rlrr: see " + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static boolean isUnknownOption(CommandLine command, String argument) {
        String name = argument.split("=", 2)[0];
        return name.matches("--[a-z].*")
                && !command.getCommandSpec().optionsMap().containsKey(name)
                && !command.getCommandSpec().negatedOptionsMap().containsKey(name);
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
            message = "cannot use the file " + message;
        }
        String line = message.strip().replaceAll("\\s*\\R\\s*", " ");
        return expected ? line : "unexpected " + said + "; " + trace + " shows where";
    }
}
