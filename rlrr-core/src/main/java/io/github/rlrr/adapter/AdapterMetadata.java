package io.github.rlrr.adapter;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What travels with an adapter besides its tensors.
 *
 * @param baseModel a name for people, such as the checkpoint's file name; may be empty
 * @param classNames the class names in label order; may be empty
 * @param preprocessing how inputs were prepared, as JSON values by key; may be empty
 */
public record AdapterMetadata(
        String baseModel, List<String> classNames, Map<String, Object> preprocessing) {

    /**
     * Copies the collections.
     *
     * @param baseModel any text
     * @param classNames none of them null
     * @param preprocessing values that JSON knows: text, finite numbers, booleans, lists and maps
     */
    public AdapterMetadata {
        classNames = List.copyOf(classNames);
        preprocessing = Collections.unmodifiableMap(new LinkedHashMap<>(preprocessing));
    }

    /** Nothing but the tensors. */
    public AdapterMetadata() {
        this("", List.of(), Map.of());
    }
}
