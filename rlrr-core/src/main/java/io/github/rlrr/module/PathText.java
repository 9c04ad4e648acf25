package io.github.rlrr.module;

/**
 * A module path that a regular expression may look at only so often.
 *
 * <p>Expressions come with adapters from other people, and one such as {@code (.*a){12}b} takes
 * longer than the universe has on a path of sixty letters.
 */
final class PathText implements CharSequence {

    /** Sound targets take some thousand. */
    private static final int MOST_LOOKS = 1_000_000;

    private final String path;
    private final String target;
    private int looks;

    PathText(String path, String target) {
        this.path = path;
        this.target = target;
    }

    @Override
    public int length() {
        return path.length();
    }

    @Override
    public char charAt(int index) {
        if (++looks > MOST_LOOKS) {
            throw new IllegalArgumentException(
                    "target \"%s\" takes more than %s steps on the path %s; write it simpler"
                            .formatted(target, MOST_LOOKS, path));
        }
        return path.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return path.substring(start, end);
    }

    @Override
    public String toString() {
        return path;
    }
}
