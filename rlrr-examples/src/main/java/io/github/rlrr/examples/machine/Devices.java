package io.github.rlrr.examples.machine;

import ai.djl.Device;
import io.github.rlrr.torch.TorchRuntime;

/** The devices that {@code --device} can name. */
public final class Devices {

    private Devices() {}

    /**
     * Checks a name without loading the engine.
     *
     * @param name what was asked for
     * @throws IllegalArgumentException when it is none of {@code cpu}, {@code cuda}, {@code gpu}
     *     and {@code gpu:n}
     */
    public static void check(String name) {
        if (!name.matches("cpu|cuda|gpu(:\\d{1,3})?")) {
            throw new IllegalArgumentException(
                    "--device is \"" + name + "\", expected cpu, cuda, gpu or gpu:0");
        }
    }

    /**
     * Finds a device.
     *
     * @param name {@code cpu}, {@code cuda} or {@code gpu} for the first GPU, {@code gpu:n}
     * @return the device, which the engine says is there
     * @throws IllegalArgumentException for another name, or a GPU that the engine does not see
     */
    public static Device open(String name) {
        check(name);
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        int wanted = name.contains(":") ? Integer.parseInt(name.substring(4)) : 0;
        int found = TorchRuntime.require().getGpuCount();
        if (wanted >= found) {
            throw new IllegalArgumentException(
                    "--device "
                            + name
                            + ": this engine sees "
                            + found
                            + " GPUs; see rlrr doctor and docs/platforms.md");
        }
        return Device.gpu(wanted);
    }
}
