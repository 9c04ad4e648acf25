package io.github.rlrr.examples.option;

import ai.djl.nn.Block;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.AdapterMethod;
import io.github.rlrr.method.AdapterMethods;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.Rescaling.Form;
import io.github.rlrr.method.Rescaling.Sides;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.module.Site;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is trained and how: the method and its settings. */
public final class MethodOptions {

    /** The methods on the class path, for the help. */
    static final class Names implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return AdapterMethods.all().keySet().iterator();
        }
    }

    private static final Pattern BLOCK =
            Pattern.compile("(?<block>(?<stage>(.+\\.)?blocks)\\.(?<number>\\d+))\\..*");

    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?");

    /** A comma before the next setting: values may have commas too. */
    private static final String NEXT = ",(?=[a-z][a-z_-]*=)";

    @Option(
            names = "--method",
            paramLabel = "NAME",
            defaultValue = "rlrr",
            completionCandidates = Names.class,
            description =
                    "What is trained besides the head: ${COMPLETION-CANDIDATES}; rlrr methods"
                            + " explains them. Default: ${DEFAULT-VALUE}.")
    private String method = "rlrr";

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            hideParamSyntax = true,
            split = NEXT,
            description =
                    "A setting of the method, such as alpha=16; rlrr methods lists them. May be"
                            + " given more than once.")
    private @Nullable List<String> set;

    @Option(names = "--rank", paramLabel = "N", description = "RLRR's or LoRA's rank.")
    private @Nullable Integer rank;

    @Option(
            names = "--form",
            paramLabel = "NAME",
            description =
                    "residual, the method: W + P*W; plain, without residual: P*W; additive: W + P."
                            + " Default: residual.")
    private @Nullable Form form;

    @Option(
            names = "--sides",
            paramLabel = "NAME",
            description = "Which scales are trained: both, left or right. Default: both.")
    private @Nullable Sides sides;

    @Option(names = "--no-shift", description = "Train no shift of the biases.")
    private boolean withoutShift;

    @Option(
            names = "--init",
            paramLabel = "START",
            description =
                    "Where the scales start: kaiming as published, identity at the base model,"
                            + " normal:0.1, uniform:0.1 or constant:0.1. Default: kaiming; identity"
                            + " for --form plain and additive.")
    private @Nullable String start;

    @Option(
            names = "--targets",
            paramLabel = "T[,T...]",
            hideParamSyntax = true,
            split = AdapterMethod.LIST_SEPARATOR,
            description =
                    "Modules that the method reads otherwise, such as all-linear or"
                            + " blocks.[3-5].attn.{query,value}, or none; rlrr inspect lists them."
                            + " Default: the method's, all-linear for rlrr.")
    private @Nullable List<String> targets;

    @Option(
            names = "--scale-and-shift",
            paramLabel = "T[,T...]",
            hideParamSyntax = true,
            split = AdapterMethod.LIST_SEPARATOR,
            description =
                    "Modules whose output RLRR scales and shifts, or none. Default:"
                            + " all-norm,patch_embed.proj.")
    private @Nullable List<String> scaleAndShift;

    @Option(
            names = "--last-blocks",
            paramLabel = "K",
            description =
                    "Adapt the last K encoder blocks and what follows them, and nothing before."
                            + " What comes before is computed once and kept.")
    private @Nullable Integer lastBlocks;

    public String name() {
        return method;
    }

    /** The settings of the method that are numbers, but for its seed. */
    public Set<String> numbers() {
        Set<String> names = new TreeSet<>();
        AdapterMethods.named(method)
                .settings()
                .forEach(
                        (name, value) -> {
                            if (NUMBER.matcher(value).matches() && !name.equals("seed")) {
                                names.add(name);
                            }
                        });
        return names;
    }

    /** The value of one of {@link #numbers} where nothing else is asked for. */
    public double number(String name) {
        return Double.parseDouble(
                Objects.requireNonNull(AdapterMethods.named(method).settings().get(name)));
    }

    /** Whether a setting of the method was given a value. */
    public boolean isGiven(String name) {
        return settings().containsKey(name);
    }

    /** The configuration that was asked for, whatever the network. */
    public AdapterConfig config(long seed) {
        return config(seed, Map.of());
    }

    /**
     * The configuration, whatever the network.
     *
     * @param chosen settings that go before those that were asked for
     */
    public AdapterConfig config(long seed, Map<String, String> chosen) {
        if (lastBlocks != null && lastBlocks < 1) {
            throw new IllegalArgumentException(
                    "--last-blocks is " + lastBlocks + ", expected 1 or more");
        }
        Map<String, String> all = settings();
        all.putAll(chosen);
        return AdapterMethods.named(method).configure(all, seed);
    }

    /**
     * The configuration for a network, of which perhaps the last blocks alone are adapted.
     *
     * @param chosen settings that go before those that were asked for
     * @throws IllegalArgumentException when it has not as many
     */
    public AdapterConfig config(long seed, Map<String, String> chosen, Block network) {
        AdapterConfig config = config(seed, chosen);
        return lastBlocks == null
                ? config
                : AdapterMethods.without(config, before(lastBlocks, ModuleTree.of(network)));
    }

    /** Targets of all that comes before the last blocks, which may lie in several stages. */
    private static List<String> before(int last, ModuleTree tree) {
        List<Site> sites = tree.sitesAndParameters();
        List<String> blocks =
                sites.stream()
                        .map(site -> BLOCK.matcher(site.path()))
                        .filter(Matcher::matches)
                        .map(matcher -> matcher.group("block"))
                        .distinct()
                        .toList();
        if (last > blocks.size()) {
            throw new IllegalArgumentException(
                    "--last-blocks is "
                            + last
                            + ", but the network has "
                            + (blocks.isEmpty() ? "no" : blocks.size())
                            + " encoder blocks");
        }
        String kept = blocks.get(blocks.size() - last);
        List<String> before = new ArrayList<>();
        Map<String, String> stages = new LinkedHashMap<>();
        for (Site site : sites) {
            Matcher block = BLOCK.matcher(site.path());
            if (!block.matches()) {
                before.add(site.path());
            } else if (block.group("block").equals(kept)) {
                break;
            } else {
                stages.put(block.group("stage"), block.group("number"));
            }
        }
        stages.forEach((stage, number) -> before.add(stage + ".[0-" + number + "].**"));
        return before;
    }

    /** Every setting that was given, under its name; {@code --set} has the last word. */
    private Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        put(settings, "rank", rank);
        put(settings, "form", form);
        put(settings, "sides", sides);
        put(settings, "shift", withoutShift ? false : null);
        put(settings, "initialisation", start);
        put(settings, "targets", targets == null ? null : String.join(",", targets));
        put(
                settings,
                "scale_and_shift",
                scaleAndShift == null ? null : String.join(",", scaleAndShift));
        for (String setting : set == null ? List.<String>of() : set) {
            String[] parts = setting.split("=", 2);
            if (parts.length != 2 || parts[0].isBlank()) {
                throw new IllegalArgumentException(
                        "--set is \"" + setting + "\", expected NAME=VALUE, such as alpha=16");
            }
            settings.put(parts[0].trim().replace('-', '_'), parts[1].trim());
        }
        return settings;
    }

    private static void put(Map<String, String> settings, String name, @Nullable Object value) {
        if (value != null) {
            settings.put(name, value.toString());
        }
    }

    public boolean isLinearProbe() {
        return method.equals(LinearProbeConfig.METHOD);
    }
}
