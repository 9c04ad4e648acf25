package io.github.rlrr.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keeps the fuzz targets and their seeds in working order, without Jazzer. */
class FuzzTargetsTest {

    private static final int MUTATIONS = 400;

    @ParameterizedTest
    @ValueSource(strings = {"Safetensors", "Npz", "Npy", "Pth", "Pickle", "AdapterConfig"})
    void aTargetPassesOnItsSeedsAndTheirMutations(String name) throws Throwable {
        MethodHandle target = target(name);
        List<byte[]> seeds = Seeds.of(name);
        assertThat(seeds).isNotEmpty().allMatch(seed -> seed.length > 0);
        target.invoke(new byte[0]);
        SplittableRandom random = new SplittableRandom(0);
        for (byte[] seed : seeds) {
            target.invoke(seed);
            for (int i = 0; i < MUTATIONS / seeds.size(); i++) {
                byte[] mutated =
                        Arrays.copyOf(
                                seed,
                                random.nextInt(8) == 0
                                        ? random.nextInt(seed.length) + 1
                                        : seed.length);
                for (int n = random.nextInt(1, 4); n > 0; n--) {
                    mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
                }
                target.invoke(mutated);
            }
        }
    }

    private static MethodHandle target(String name) throws ReflectiveOperationException {
        return MethodHandles.lookup()
                .findStatic(
                        Class.forName(Fuzz.class.getPackageName() + "." + name + "Fuzz"),
                        "fuzzerTestOneInput",
                        MethodType.methodType(void.class, byte[].class));
    }
}
