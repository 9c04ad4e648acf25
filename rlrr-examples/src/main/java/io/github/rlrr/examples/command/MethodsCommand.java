package io.github.rlrr.examples.command;

import io.github.rlrr.method.AdapterMethod;
import io.github.rlrr.method.AdapterMethods;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code rlrr methods}: what can be trained. */
@Command(
        name = "methods",
        mixinStandardHelpOptions = true,
        description = {
            "List the methods for --method, with the settings for --set and their defaults.",
            "A method of your own is listed when its jar is on the class path (docs/method.md)."
        })
public final class MethodsCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter print = spec.commandLine().getOut();
        for (AdapterMethod method : AdapterMethods.all().values()) {
            print.println(method.name() + ": " + method.description());
            for (Map.Entry<String, String> setting : method.settings().entrySet()) {
                print.println("    " + setting.getKey() + "=" + setting.getValue());
            }
        }
        print.flush();
        return 0;
    }
}
