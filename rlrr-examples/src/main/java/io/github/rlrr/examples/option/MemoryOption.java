package io.github.rlrr.examples.option;

import ai.djl.Device;
import io.github.rlrr.examples.machine.FreeMemory;
import io.github.rlrr.examples.machine.MemoryForecast;
import io.github.rlrr.vit.BackboneConfig;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether a run is stopped before it starts where its memory will not suffice. */
public final class MemoryOption {

    @Option(
            names = MemoryForecast.OVERRIDE,
            description =
                    "Start a run that is forecast to need far more memory than there is, rather"
                            + " than refuse it.")
    private boolean ignored;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    /**
     * Refuses a run that would be killed for its memory, and warns of one that may be.
     *
     * @param device where it runs; of a GPU's memory nothing is forecast
     * @param out told of a run that may not fit
     * @throws IllegalStateException when the forecast exceeds what there is by a fifth
     */
    public void check(
            BackboneConfig model, MemoryForecast.Step step, Device device, PrintWriter out) {
        if (!ignored && !device.isGpu()) {
            MemoryForecast.of(model, step)
                    .naming(name -> command.findOption(name) != null)
                    .check(FreeMemory.now(), out);
        }
    }
}
