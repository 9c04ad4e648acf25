package io.github.rlrr.vit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The published sizes by their names, smallest first. */
final class VitPresets {

    private static final Map<String, VitConfig> ALL = all();

    private VitPresets() {}

    private static Map<String, VitConfig> all() {
        Map<String, VitConfig> presets = new LinkedHashMap<>();
        presets.put("vit-ti-16", VitConfig.VIT_TI_16);
        presets.put("vit-s-16", VitConfig.VIT_S_16);
        presets.put("vit-b-32", VitConfig.VIT_B_32);
        presets.put("vit-b-16", VitConfig.VIT_B_16);
        presets.put("vit-l-16", VitConfig.VIT_L_16);
        presets.put("vit-h-14", VitConfig.VIT_H_14);
        return Collections.unmodifiableMap(presets);
    }

    static VitConfig named(String name) {
        VitConfig config = ALL.get(name);
        if (config == null) {
            throw new IllegalArgumentException(
                    "preset \"" + name + "\" is unknown; there are " + names());
        }
        return config;
    }

    static List<String> names() {
        return List.copyOf(ALL.keySet());
    }
}
