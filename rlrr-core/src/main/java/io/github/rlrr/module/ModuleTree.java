package io.github.rlrr.module;

import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.BlockList;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.github.rlrr.Internal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The stable names of a block's modules and parameters.
 *
 * <p>A module's path is its ancestors' child names joined by dots, {@code blocks.0.attn.query}. A
 * child's name is DJL's without its numeric prefix ({@code 02attn} becomes {@code attn}) where that
 * is unique among its siblings; where it is not, or is empty or holds a dot, every sibling of that
 * name goes by its index from 0. A parameter's path is its module's path and DJL's parameter name.
 * These names are part of the adapter file format.
 *
 * <p>A block instance that occurs twice is listed under its first path; so is a parameter.
 */
public final class ModuleTree {

    /**
     * One module.
     *
     * @param path the dotted path; empty for the root
     * @param block the block itself
     */
    public record Module(String path, Block block) {}

    private final Map<String, Module> modules = new LinkedHashMap<>();
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, String> aliases = new LinkedHashMap<>();

    private ModuleTree(Block root) {
        walk("", root, new IdentityHashMap<>(), new HashMap<>());
    }

    /**
     * Walks a block.
     *
     * @param root the block; it need not be initialized
     * @return its tree
     */
    public static ModuleTree of(Block root) {
        return new ModuleTree(root);
    }

    private void walk(
            String path, Block block, Map<Block, String> seenBlocks, Map<String, String> seen) {
        String first = seenBlocks.putIfAbsent(block, path);
        if (first != null) {
            aliases.put(path, first);
            return;
        }
        modules.put(path, new Module(path, block));
        for (Pair<String, Parameter> pair : block.getDirectParameters()) {
            String name = join(path, pair.getKey());
            String firstName = seen.putIfAbsent(pair.getValue().getId(), name);
            if (firstName == null) {
                parameters.put(name, pair.getValue());
            } else {
                aliases.put(name, firstName);
            }
        }
        BlockList children = block.getChildren();
        List<String> names = childNames(children);
        for (int i = 0; i < names.size(); i++) {
            walk(join(path, names.get(i)), children.get(i).getValue(), seenBlocks, seen);
        }
    }

    private static List<String> childNames(BlockList children) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < children.size(); i++) {
            String prefix = String.format(Locale.ROOT, "%02d", i + 1);
            String key = children.get(i).getKey();
            names.add(key.startsWith(prefix) ? key.substring(prefix.length()) : key);
        }
        List<String> unique = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            boolean usable =
                    !name.isEmpty()
                            && !name.contains(".")
                            && Collections.frequency(names, name) == 1;
            unique.add(usable ? name : Integer.toString(i));
        }
        boolean clash = new HashSet<>(unique).size() < unique.size();
        for (int i = 0; clash && i < unique.size(); i++) {
            unique.set(i, Integer.toString(i));
        }
        return unique;
    }

    /**
     * The path of something within a module.
     *
     * @param path the module's; empty for the root
     * @param name the name within it
     * @return both, joined by a dot
     */
    public static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /**
     * All modules, parents before children.
     *
     * @return an unmodifiable map from path to module; the root's path is empty
     */
    public Map<String, Module> modules() {
        return Collections.unmodifiableMap(modules);
    }

    /**
     * All parameters in module order.
     *
     * @return an unmodifiable map from path to parameter
     */
    public Map<String, Parameter> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /**
     * Places where a module or parameter occurs again (tied weights).
     *
     * @return an unmodifiable map from the later path to the first
     */
    public Map<String, String> aliases() {
        return Collections.unmodifiableMap(aliases);
    }

    /**
     * The sites that can be adapted, in module order.
     *
     * @return one entry a linear layer, norm or convolution
     */
    public List<Site> sites() {
        List<Site> sites = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (Module module : modules.values()) {
            Site site = Site.of(module);
            if (site != null && taken.add(site.weight().getId())) {
                sites.add(site);
            }
        }
        return sites;
    }

    /**
     * The sites, and every other float32 parameter as a site of its own: all that can be trained as
     * a whole. A batch norm's running statistics are none.
     *
     * @return in the order of {@link #parameters()}
     */
    @Internal
    public List<Site> sitesAndParameters() {
        Map<String, Site> byParameter = new HashMap<>();
        Set<String> biases = new HashSet<>();
        for (Site site : sites()) {
            byParameter.put(site.weight().getId(), site);
            if (site.bias() != null) {
                biases.add(site.bias().getId());
            }
        }
        List<Site> all = new ArrayList<>();
        parameters.forEach(
                (path, parameter) -> {
                    Site site = byParameter.get(parameter.getId());
                    if (site != null) {
                        all.add(site);
                    } else if (!biases.contains(parameter.getId()) && isTrainable(parameter)) {
                        all.add(new Site(path, SiteKind.PARAMETER, parameter, null));
                    }
                });
        return all;
    }

    /**
     * Why a parameter that belongs to no site belongs to none.
     *
     * @param path the parameter's path
     * @return a few words
     */
    @Internal
    public String whyNoSite(String path) {
        Module module = modules.get(path.substring(0, Math.max(0, path.lastIndexOf('.'))));
        return module != null && Site.of(module) != null
                ? "of a module whose weight is tied"
                : "no linear layer, norm or convolution";
    }

    private static boolean isTrainable(Parameter parameter) {
        return !isStatistic(parameter)
                && parameter.isInitialized()
                && parameter.getArray().getDataType() == DataType.FLOAT32;
    }

    /**
     * Whether a parameter is a batch norm's running mean or variance.
     *
     * @param parameter any parameter
     * @return true for what is measured rather than trained
     */
    @Internal
    public static boolean isStatistic(Parameter parameter) {
        return parameter.getType() == Parameter.Type.RUNNING_MEAN
                || parameter.getType() == Parameter.Type.RUNNING_VAR;
    }

    /**
     * Finds the module of a path.
     *
     * @param path the dotted path
     * @return the module, or null where there is none
     */
    public @Nullable Module find(String path) {
        return modules.get(path);
    }

    /**
     * Draws the tree as {@link #toString} does, with what an adapter makes of each site.
     *
     * @param adapted what is made of a site, by its path
     * @return the lines
     */
    @Internal
    public String toString(Map<String, String> adapted) {
        return TreeText.of(this, adapted);
    }

    /**
     * Draws the tree, a line for each module that can be adapted and each parameter of none.
     *
     * @return lines such as {@code blocks.0.attn.query linear (128, 128) + bias}
     */
    @Override
    public String toString() {
        return TreeText.of(this, Map.of());
    }
}
