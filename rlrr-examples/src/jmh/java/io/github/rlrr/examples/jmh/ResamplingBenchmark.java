package io.github.rlrr.examples.jmh;

import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Resampling;
import io.github.rlrr.vit.image.RgbImage;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A photograph of 500×375 pixels to 224×224. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ResamplingBenchmark {

    private static final int WIDTH = 500;
    private static final int HEIGHT = 375;
    private static final int SIZE = 224;
    private static final int SEED = 0;

    /** The filter. */
    @Param public Interpolation interpolation;

    private RgbImage image;

    /** Draws the pixels. */
    @Setup
    public void draw() {
        byte[] pixels = new byte[3 * WIDTH * HEIGHT];
        new Random(SEED).nextBytes(pixels);
        image = new RgbImage(WIDTH, HEIGHT, pixels);
    }

    /** Both passes. */
    @Benchmark
    public RgbImage resize() {
        return Resampling.resize(image, SIZE, SIZE, interpolation);
    }
}
