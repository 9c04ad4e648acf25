package io.github.rlrr.adapter;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.rlrr.method.Reparameterization;
import io.github.rlrr.method.TensorSpec;
import io.github.rlrr.module.Site;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * The trainable tensors of an adapter by full name: each made once, whoever shares it.
 *
 * <p>Of a tensor that is shared in several shapes the first has the method's name, the others that
 * name and their shape: {@code arc.mlp.projection.256x50}.
 */
final class TensorRegistry {

    private final NDManager manager;
    private final long seed;
    private final Map<String, TrainableTensor> tensors = new LinkedHashMap<>();

    /** The method whose sites share a tensor. */
    private final Map<String, Reparameterization> sharing = new HashMap<>();

    /**
     * A registry without tensors yet.
     *
     * @param manager owns their arrays
     * @param seed the configuration's
     */
    TensorRegistry(NDManager manager, long seed) {
        this.manager = manager;
        this.seed = seed;
    }

    /** Makes a tensor at its start, or finds the one that an earlier site has made to share. */
    Parameter get(Site site, Reparameterization method, TensorSpec spec) {
        String shared = spec.shared();
        String name = shared == null ? site.tensorName(spec.name()) : shared;
        TrainableTensor known = tensors.get(name);
        if (known != null) {
            checkShared(site, method, spec, known.parameter());
            if (!known.parameter().getShape().equals(spec.shape())) {
                name += "." + sizes(spec.shape());
                known = tensors.get(name);
            }
        }
        if (known != null) {
            return known.parameter();
        }
        RandomGenerator random = new SplittableRandom(seed ^ placeSeed(name));
        float[] values = spec.start().values(random, size(name, spec.shape()));
        Parameter parameter = parameter(name, values, spec.shape());
        tensors.put(name, new TrainableTensor(name, parameter, spec.decayed()));
        if (shared != null) {
            sharing.put(name, method);
        }
        return parameter;
    }

    private void checkShared(
            Site site, Reparameterization method, TensorSpec spec, Parameter known) {
        String name = known.getName();
        if (spec.shared() == null || !method.equals(sharing.get(name))) {
            throw new IllegalArgumentException(
                    site.path()
                            + " would get a tensor "
                            + name
                            + ", but other modules have one of that name; leave one of them out");
        }
        if (!spec.inShapes() && !known.getShape().equals(spec.shape())) {
            throw new IllegalArgumentException(
                    site.path()
                            + " would share the tensor "
                            + name
                            + " in shape "
                            + spec.shape()
                            + ", but modules before it have it in "
                            + known.getShape()
                            + "; what shares a tensor must be of one size, leave the others out");
        }
    }

    private static String sizes(Shape shape) {
        return Arrays.stream(shape.getShape())
                .mapToObj(Long::toString)
                .collect(Collectors.joining("x"));
    }

    private Parameter parameter(String name, float[] values, Shape shape) {
        Parameter parameter =
                Parameter.builder()
                        .setName(name)
                        .setType(Parameter.Type.OTHER)
                        .optArray(manager.create(values, shape))
                        .optShape(shape)
                        .build();
        parameter.freeze(false);
        return parameter;
    }

    /** A seed from a tensor's full name, the same on every platform and in every version. */
    private static long placeSeed(String name) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return crc.getValue() * 0x9E3779B97F4A7C15L;
    }

    /** The number of values; IllegalArgumentException when an array cannot hold them. */
    static int size(String name, Shape shape) {
        double size = 1;
        for (long dimension : shape.getShape()) {
            size *= dimension;
        }
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    name
                            + " of shape "
                            + shape
                            + " has more values than a Java array; lower the rank");
        }
        return (int) size;
    }

    /** By full name, in the order they were made. */
    Map<String, TrainableTensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }
}
