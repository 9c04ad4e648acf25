package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** How fast a device trains, what share that is of what it can do, and where the time goes. */
final class DeviceSpeeds {

    private static final int WARMUP = 3;
    private static final int CLASSES = 100;

    private final Device device;
    private final String name;
    private final List<BenchModel> models;
    private final List<Integer> batches;
    private final int steps;
    private final Map<ProductType, Double> peaks = new EnumMap<>(ProductType.class);

    /**
     * Says what is measured.
     *
     * @param name of the device, as it was asked for
     */
    DeviceSpeeds(
            Device device, String name, List<BenchModel> models, List<Integer> batches, int steps) {
        this.device = device;
        this.name = name;
        this.models = models;
        this.batches = batches;
        this.steps = steps;
    }

    /** What is measured, in order, by name. */
    Map<String, Supplier<Verdict>> all() {
        Map<String, Supplier<Verdict>> all = new LinkedHashMap<>();
        for (ProductType type : types()) {
            String check = "a large product, " + type;
            all.put(
                    check,
                    () -> {
                        double flops = PeakProducts.flops(device, type);
                        peaks.put(type, flops);
                        return Verdict.figure(check, flops / 1e12, "TFLOP/s", "what shares are of");
                    });
        }
        for (BenchModel model : models) {
            for (int batch : batches) {
                for (ProductType type : types()) {
                    String check = "step of " + model.name() + ", batch " + batch + ", " + type;
                    all.put(check, () -> step(check, model, batch, type));
                }
            }
        }
        return all;
    }

    private List<ProductType> types() {
        return device.isGpu()
                ? List.of(ProductType.FLOAT32, ProductType.TF32, ProductType.BFLOAT16)
                : List.of(ProductType.FLOAT32, ProductType.BFLOAT16);
    }

    private Verdict step(String check, BenchModel model, int batch, ProductType type) {
        BenchCase measured =
                new BenchCase(
                        BenchCase.What.TRAIN,
                        model.name(),
                        batch,
                        CLASSES,
                        0,
                        WARMUP,
                        steps,
                        new BenchCase.How(type, false, false, Reading.ADAPTED),
                        name);
        StepPhases.Figures figures;
        try {
            figures = StepPhases.of(measured);
        } catch (IllegalStateException e) {
            return new Verdict(
                    check,
                    Verdict.Outcome.NOT_REACHED,
                    null,
                    null,
                    "",
                    String.valueOf(e.getMessage()));
        }
        long flops = StepProducts.training(model.parts(), batch).flops();
        double peak = peaks.getOrDefault(type, Double.NaN);
        String phases =
                figures.phases().entrySet().stream()
                        .map(e -> String.format(Locale.ROOT, "%s %.4f", e.getKey(), e.getValue()))
                        .collect(Collectors.joining(", "));
        String note =
                String.format(
                        Locale.ROOT,
                        "%.1f images/s; %.1f %% of the large product's %.2f TFLOP/s; asked for in"
                                + " %.4f s; with waiting: %s%s",
                        batch / figures.step(),
                        100 * flops / figures.step() / peak,
                        peak / 1e12,
                        figures.issued(),
                        phases,
                        memory());
        return Verdict.figure(check, figures.step(), "s", note);
    }

    private String memory() {
        return device.isGpu()
                ? String.format(
                        Locale.ROOT,
                        "; %.1f GiB of the GPU taken",
                        CudaUtils.getGpuMemory(device).getCommitted() / (double) (1L << 30))
                : "";
    }
}
