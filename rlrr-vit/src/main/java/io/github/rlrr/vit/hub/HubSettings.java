package io.github.rlrr.vit.hub;

import io.github.rlrr.torch.UserHome;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where models come from, where they are kept, and the limits of a download.
 *
 * @param endpoint the hub's address, {@code https://huggingface.co} for example
 * @param cache the folder that keeps what was downloaded
 * @param token sent to the endpoint's host alone, or null
 * @param offline true to use the cache only
 * @param maxBytes the largest file to download, in bytes
 * @param attempts how often a request is tried; an attempt that brought 1 MiB does not count
 * @param connectTimeout how long to wait for a connection
 * @param stallTimeout how long to wait for an answer or for the next byte
 * @param backoff the pause before the second attempt; it doubles, up to 16 times
 */
public record HubSettings(
        URI endpoint,
        Path cache,
        @Nullable String token,
        boolean offline,
        long maxBytes,
        int attempts,
        Duration connectTimeout,
        Duration stallTimeout,
        Duration backoff) {

    /** The hub where nothing else is said. */
    public static final URI DEFAULT_ENDPOINT = URI.create("https://huggingface.co");

    /** The system property that names another endpoint, before the variable HF_ENDPOINT. */
    public static final String ENDPOINT_PROPERTY = "rlrr.hub.endpoint";

    private static final long DEFAULT_MAX_BYTES = 8L << 30;
    private static final int DEFAULT_ATTEMPTS = 5;
    private static final Set<String> TRUE = Set.of("1", "true", "yes", "on");

    /**
     * Checks the values.
     *
     * @param endpoint as the record has it
     * @param cache as the record has it
     * @param token as the record has it
     * @param offline as the record has it
     * @param maxBytes as the record has it
     * @param attempts as the record has it
     * @param connectTimeout as the record has it
     * @param stallTimeout as the record has it
     * @param backoff as the record has it
     * @throws IllegalArgumentException naming what came and what is expected; a token is not shown
     */
    public HubSettings {
        String scheme = endpoint.getScheme();
        if (!("https".equals(scheme) || "http".equals(scheme))
                || endpoint.getHost() == null
                || endpoint.getRawUserInfo() != null
                || endpoint.getRawQuery() != null
                || endpoint.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "the hub's endpoint is \""
                            + endpoint
                            + "\", expected an address such as "
                            + DEFAULT_ENDPOINT);
        }
        endpoint = URI.create(endpoint.toString().replaceAll("/+$", ""));
        if (token != null && !token.matches("[\\x21-\\x7e]+")) {
            throw new IllegalArgumentException(
                    "the hub's token (HF_TOKEN) holds characters that no token has; set it again");
        }
        if (maxBytes < 1 || attempts < 1) {
            throw new IllegalArgumentException(
                    "maxBytes is "
                            + maxBytes
                            + " and attempts is "
                            + attempts
                            + ", expected at least 1");
        }
    }

    /**
     * The settings of this process: HF_ENDPOINT, HF_TOKEN, RLRR_CACHE, RLRR_OFFLINE and
     * HF_HUB_OFFLINE, the system property {@value #ENDPOINT_PROPERTY}, else the defaults.
     *
     * @return the settings
     * @throws IllegalArgumentException when one of them makes no sense
     */
    public static HubSettings fromEnvironment() {
        return from(System.getenv(), System::getProperty);
    }

    /**
     * The same with another cache.
     *
     * @param cache where downloaded models are kept
     * @return the settings
     * @throws IllegalArgumentException when one of the others makes no sense
     */
    public static HubSettings fromEnvironment(Path cache) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("RLRR_CACHE", cache.toString());
        return from(environment, System::getProperty);
    }

    static HubSettings from(
            Map<String, String> environment, UnaryOperator<@Nullable String> property) {
        String endpoint = property.apply(ENDPOINT_PROPERTY);
        if (endpoint == null || endpoint.isBlank()) {
            endpoint = environment.getOrDefault("HF_ENDPOINT", "");
        }
        String token = environment.getOrDefault("HF_TOKEN", "").strip();
        Path cache =
                CacheLocation.of(
                        environment,
                        String.valueOf(property.apply("os.name")),
                        UserHome.find(property.apply("user.home"), environment.get("HOME"))
                                .orElse(null));
        return new HubSettings(
                endpoint.isBlank() ? DEFAULT_ENDPOINT : address(endpoint.strip()),
                cache,
                token.isEmpty() ? null : token,
                isTrue(environment.get("RLRR_OFFLINE"))
                        || isTrue(environment.get("HF_HUB_OFFLINE")),
                DEFAULT_MAX_BYTES,
                DEFAULT_ATTEMPTS,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofMillis(500));
    }

    private static URI address(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the hub's endpoint is \""
                            + text
                            + "\", expected an address such as "
                            + DEFAULT_ENDPOINT,
                    e);
        }
    }

    private static boolean isTrue(@Nullable String text) {
        return text != null && TRUE.contains(text.strip().toLowerCase(Locale.ROOT));
    }

    /**
     * The same with another endpoint.
     *
     * @param other its address
     * @return the settings
     */
    public HubSettings withEndpoint(URI other) {
        return new HubSettings(
                other,
                cache,
                token,
                offline,
                maxBytes,
                attempts,
                connectTimeout,
                stallTimeout,
                backoff);
    }

    /**
     * The same with another cache.
     *
     * @param other its folder, made when needed
     * @return the settings
     */
    public HubSettings withCache(Path other) {
        return new HubSettings(
                endpoint,
                other,
                token,
                offline,
                maxBytes,
                attempts,
                connectTimeout,
                stallTimeout,
                backoff);
    }

    /**
     * The same with another token.
     *
     * @param other the token, or null for none
     * @return the settings
     */
    public HubSettings withToken(@Nullable String other) {
        return new HubSettings(
                endpoint,
                cache,
                other,
                offline,
                maxBytes,
                attempts,
                connectTimeout,
                stallTimeout,
                backoff);
    }

    /**
     * The same with or without the network.
     *
     * @param other true to use the cache only
     * @return the settings
     */
    public HubSettings withOffline(boolean other) {
        return new HubSettings(
                endpoint,
                cache,
                token,
                other,
                maxBytes,
                attempts,
                connectTimeout,
                stallTimeout,
                backoff);
    }

    /**
     * The same with another bound on a file.
     *
     * @param other bytes
     * @return the settings
     */
    public HubSettings withMaxBytes(long other) {
        return new HubSettings(
                endpoint,
                cache,
                token,
                offline,
                other,
                attempts,
                connectTimeout,
                stallTimeout,
                backoff);
    }

    /**
     * The same with other patience.
     *
     * @param tries how often a request is tried
     * @param stall how long to wait for a connection, an answer, or the next byte
     * @param pause the pause before the second attempt
     * @return the settings
     */
    public HubSettings withPatience(int tries, Duration stall, Duration pause) {
        return new HubSettings(
                endpoint, cache, token, offline, maxBytes, tries, stall, stall, pause);
    }

    /** All but the token. */
    @Override
    public String toString() {
        return "HubSettings[endpoint="
                + endpoint
                + ", cache="
                + cache
                + ", token="
                + (token == null ? "none" : "set")
                + ", offline="
                + offline
                + "]";
    }
}
