package io.github.rlrr.method;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.regex.Pattern;

/** Every method there is: those of this library and those of other jars on the class path. */
public final class AdapterMethods {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    /** A list in code, so that jars merged into one without their service files still have them. */
    private static final List<AdapterMethod> OWN =
            List.of(
                    new RlrrMethod(),
                    new Own("an update of low rank, W + a/r BA", new LoraConfig()),
                    new Own("scale and shift of every layer's output", new SsfConfig()),
                    new Own("adapters that share projections", new ArcConfig()),
                    new Own("every bias (BitFit)", new BiasTuningConfig()),
                    new Own("gain and bias of the norms", new NormTuningConfig()),
                    new Own("nothing but the head", new LinearProbeConfig()),
                    new Own("every parameter", new FullFineTuningConfig()));

    private record Own(String description, AdapterConfig defaults) implements AdapterMethod {

        @Override
        public String name() {
            return defaults.method();
        }
    }

    private static final class RlrrMethod implements AdapterMethod {

        @Override
        public String name() {
            return RlrrConfig.METHOD;
        }

        @Override
        public String description() {
            return "scales on both sides of every weight";
        }

        @Override
        public AdapterConfig defaults() {
            return RlrrConfig.published();
        }

        /** As the builder has it: away from the residual form it starts at the base model. */
        @Override
        public AdapterConfig configure(Map<String, String> settings, long seed) {
            Map<String, String> all = new HashMap<>(settings);
            if (!settings.getOrDefault("form", "residual").equalsIgnoreCase("residual")) {
                all.putIfAbsent("initialisation", "identity");
            }
            return AdapterMethod.super.configure(all, seed);
        }
    }

    private AdapterMethods() {}

    /**
     * Looks for methods, anew at each call.
     *
     * @return all methods by name, those of this library first
     * @throws IllegalStateException naming the class of a method that cannot be used: it is broken,
     *     its name is taken, or its configuration is no record
     */
    public static Map<String, AdapterMethod> all() {
        List<AdapterMethod> found = new ArrayList<>(OWN);
        try {
            ServiceLoader.load(AdapterMethod.class).forEach(found::add);
        } catch (ServiceConfigurationError e) {
            throw new IllegalStateException(
                    "a method on the class path cannot be loaded, mend its jar or take it away: "
                            + e.getMessage(),
                    e);
        }
        Map<String, AdapterMethod> methods = new LinkedHashMap<>();
        for (AdapterMethod method : found) {
            check(method);
            AdapterMethod other = methods.putIfAbsent(method.name(), method);
            if (other != null) {
                throw new IllegalStateException(
                        "there are two methods \""
                                + method.name()
                                + "\", "
                                + other.getClass().getName()
                                + " and "
                                + method.getClass().getName()
                                + "; take one of them off the class path");
            }
        }
        return methods;
    }

    private static void check(AdapterMethod method) {
        AdapterConfig defaults = method.defaults();
        String fault = "";
        if (!NAME.matcher(method.name()).matches()) {
            fault = "its name is \"" + method.name() + "\", expected lower case, such as my-method";
        } else if (!defaults.method().equals(method.name())) {
            fault = "its configuration says that it is of method \"" + defaults.method() + "\"";
        } else if (!defaults.getClass().isRecord()) {
            fault = "its configuration " + defaults.getClass().getName() + " is no record";
        }
        if (!fault.isEmpty()) {
            throw new IllegalStateException(
                    "the method of " + method.getClass().getName() + " cannot be used: " + fault);
        }
    }

    /**
     * Finds a method by its name.
     *
     * @param name such as {@code lora}
     * @return the method
     * @throws IllegalArgumentException when there is none of that name, with those there are
     * @throws IllegalStateException as for {@link #all}
     */
    public static AdapterMethod named(String name) {
        Map<String, AdapterMethod> methods = all();
        AdapterMethod method = methods.get(name);
        if (method == null) {
            throw new IllegalArgumentException(
                    "method is \""
                            + name
                            + "\", expected one of "
                            + methods.keySet().stream().sorted().toList()
                            + "; for a method of another jar put that jar on the class path");
        }
        return method;
    }

    /**
     * The same with fewer modules: each list of targets gets exclusions, but for {@code
     * fully_trained}. Every list of texts in a configuration is taken for targets.
     *
     * @param config of a known method
     * @param excluded targets without the {@code !}
     * @return a configuration of the same method
     */
    public static AdapterConfig without(AdapterConfig config, List<String> excluded) {
        JsonObject json = ConfigJson.toJson(config).getAsJsonObject();
        json.asMap()
                .forEach(
                        (name, value) -> {
                            boolean targets = value.isJsonArray() && !name.equals("fully_trained");
                            if (targets && !value.getAsJsonArray().isEmpty()) {
                                excluded.forEach(path -> value.getAsJsonArray().add("!" + path));
                            }
                        });
        return ConfigJson.fromJson(config.method(), json);
    }
}
