package io.github.rlrr.vit.hub;

import io.github.rlrr.io.OneLine;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a model on a hub: {@code hf:owner/name}, {@code hf:owner/name@revision} or {@code
 * timm:name}, which is {@code hf:timm/name} kept apart in the cache. {@code hf-hub:owner/name}, as
 * OpenCLIP and timm have it, is {@code hf:owner/name}.
 *
 * <p>Owner, name and revision consist of letters, digits, {@code .}, {@code _} and {@code -}, begin
 * and end with a letter, digit or {@code _}, and hold neither {@code ..} nor {@code --}: no name
 * leads out of the cache, and no two names share a folder there.
 *
 * @param source the prefix
 * @param owner the user or organisation
 * @param name the repository's name
 * @param revision a branch, a tag or a commit
 */
public record HubName(Source source, String owner, String name, String revision) {

    /** The prefix of a hub name. */
    public enum Source {
        /** Any repository of the hub: {@code hf:owner/name}. */
        HF,
        /** Those of the owner {@code timm}: {@code timm:name}. */
        TIMM;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The revision of a name that gives none. */
    public static final String DEFAULT_REVISION = "main";

    /** The prefix in other libraries. */
    private static final String LONG = "hf-hub:";

    private static final String TIMM_OWNER = "timm";
    private static final int LONGEST = 96;
    private static final Pattern PART =
            Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final String EXPECTED =
            "expected hf:owner/name, timm:name, or either with @revision, of letters, digits,"
                    + " \".\", \"_\" and \"-\"";

    /**
     * Checks the parts.
     *
     * @param source as the record has it
     * @param owner as the record has it
     * @param name as the record has it
     * @param revision as the record has it
     * @throws IllegalArgumentException naming what came and what is expected
     */
    public HubName {
        check(owner);
        check(name);
        check(revision);
        if (source == Source.TIMM && !owner.equals(TIMM_OWNER)) {
            throw new IllegalArgumentException(
                    "the owner of a timm: name is \"" + owner + "\", expected " + TIMM_OWNER);
        }
    }

    private static void check(String part) {
        if (part.length() > LONGEST
                || !PART.matcher(part).matches()
                || part.contains("..")
                || part.contains("--")) {
            throw malformed(part, null);
        }
    }

    private static IllegalArgumentException malformed(String text, @Nullable Exception cause) {
        return new IllegalArgumentException("\"" + OneLine.start(text) + "\": " + EXPECTED, cause);
    }

    /**
     * Whether a text is meant as a hub name, well-formed or not.
     *
     * @param text such as the argument of {@code --checkpoint}
     * @return true when it begins with {@code hf:}, {@code hf-hub:} or {@code timm:}
     */
    public static boolean isHubName(String text) {
        return text.startsWith("hf:") || text.startsWith(LONG) || text.startsWith("timm:");
    }

    /**
     * Reads a name.
     *
     * @param text {@code hf:owner/name}, {@code hf-hub:owner/name} or {@code timm:name}, with or
     *     without {@code @revision}
     * @return its parts
     * @throws IllegalArgumentException naming what came and what is expected
     */
    public static HubName parse(String text) {
        if (!isHubName(text)) {
            throw malformed(text, null);
        }
        Source source = text.startsWith("timm:") ? Source.TIMM : Source.HF;
        String rest = text.substring(text.indexOf(':') + 1);
        int at = rest.indexOf('@');
        String repository = at < 0 ? rest : rest.substring(0, at);
        String revision = at < 0 ? DEFAULT_REVISION : rest.substring(at + 1);
        int slash = repository.indexOf('/');
        if ((slash >= 0) != (source == Source.HF)) {
            throw malformed(text, null);
        }
        try {
            return new HubName(
                    source,
                    slash < 0 ? TIMM_OWNER : repository.substring(0, slash),
                    repository.substring(slash + 1),
                    revision);
        } catch (IllegalArgumentException e) {
            throw malformed(text, e);
        }
    }

    /**
     * The same model at another revision.
     *
     * @param other a branch, a tag or a commit
     * @return the name
     */
    public HubName at(String other) {
        return new HubName(source, owner, name, other);
    }

    /**
     * The repository.
     *
     * @return {@code owner/name}
     */
    public String repository() {
        return owner + "/" + name;
    }

    /**
     * Whether the revision is a commit, which never changes: a copy in the cache then needs no
     * question to the server.
     *
     * @return true for 40 hexadecimal digits
     */
    public boolean isPinned() {
        return isCommit(revision);
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    /** As {@link #parse} reads it; the revision is left out where it is the default. */
    @Override
    public String toString() {
        String repository = source == Source.TIMM ? name : repository();
        return source
                + ":"
                + repository
                + (revision.equals(DEFAULT_REVISION) ? "" : "@" + revision);
    }
}
