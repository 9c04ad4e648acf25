package io.github.rlrr.vit.data;

import java.text.Normalizer;
import java.util.List;

/**
 * Class names that differ in Unicode normalisation alone are the same: macOS writes é as e and an
 * accent (NFD), others as one character (NFC), which is the form used here.
 */
final class ClassNames {

    private ClassNames() {}

    static String of(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    static List<String> of(List<String> names) {
        return names.stream().map(ClassNames::of).toList();
    }
}
