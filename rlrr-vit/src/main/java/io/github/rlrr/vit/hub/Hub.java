package io.github.rlrr.vit.hub;

import io.github.rlrr.io.Hash;
import io.github.rlrr.io.ProcessLock;
import io.github.rlrr.io.TemporaryFiles;
import io.github.rlrr.tensor.ShardIndex;
import io.github.rlrr.vit.hub.Download.FreeSpace;
import io.github.rlrr.vit.hub.Transport.Answer;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings models of a hub into a cache on disk and finds them there.
 *
 * <p>Of a repository it takes {@code model.safetensors}, or where that is missing {@code
 * pytorch_model.bin}, or either in several files with the list of them, and beside it {@code
 * config.json} and {@code preprocessor_config.json} or {@code processor_config.json} where there
 * are such; else OpenCLIP's weights with {@code open_clip_config.json}. Sizes are checked, and
 * checksums where the hub tells them or the caller demands one. A download that is cut off goes on
 * where it stopped, in this process or a later one.
 *
 * <pre>{@code
 * Hub hub = new Hub(HubSettings.fromEnvironment());
 * HubModel model = hub.fetch(HubName.parse("timm:vit_base_patch16_224.augreg_in21k"),
 *         HubListener.SILENT);
 * VisionTransformer vit = VitCheckpoint.load(model.weights());
 * }</pre>
 *
 * <p>An instance may be used by several threads; several processes may share a cache. Nothing is
 * contacted but the endpoint, the hosts it redirects to, and the proxy of the JVM.
 */
public final class Hub {

    /** What lies beside weights; of the files in one entry the first that is there. */
    private static final List<List<String>> BESIDE =
            List.of(
                    List.of("config.json"),
                    List.of("preprocessor_config.json", "processor_config.json"));

    private static final List<List<String>> BESIDE_OPEN_CLIP =
            List.of(List.of("open_clip_config.json"));

    /** No configuration is larger; one of 21,843 labels has about 1.5 MB. */
    private static final long LARGEST_CONFIG = 16L << 20;

    private static final int MOST_SHARDS = 1000;

    private final HubSettings settings;
    private final HubCache cache;
    private final FreeSpace freeSpace;

    /**
     * A hub.
     *
     * @param settings where from, where to, and limits
     */
    public Hub(HubSettings settings) {
        this(settings, folder -> Files.getFileStore(folder).getUsableSpace());
    }

    Hub(HubSettings settings, FreeSpace freeSpace) {
        this.settings = settings;
        this.freeSpace = freeSpace;
        cache = new HubCache(settings.cache());
    }

    /**
     * The settings.
     *
     * @return as given
     */
    public HubSettings settings() {
        return settings;
    }

    /**
     * Looks a model up in the cache, without the network.
     *
     * @param name at a commit, or at a revision that was fetched before
     * @return the model, when all its files are there
     * @throws IOException when the cache cannot be read
     */
    public Optional<HubModel> cached(HubName name) throws IOException {
        return cache.find(name);
    }

    /**
     * How much the cache holds.
     *
     * @return the bytes of all its files, 0 where there is no cache yet
     * @throws IOException when it cannot be read
     */
    public long cachedBytes() throws IOException {
        return cache.bytes();
    }

    /**
     * Asks what the hub has under a name, without downloading it.
     *
     * @param name the model
     * @param listener hears of retries
     * @return commit, file and size
     * @throws IOException in one line when the hub cannot be reached, refuses, or has no such model
     */
    public HubOffer look(HubName name, HubListener listener) throws IOException {
        if (settings.offline()) {
            throw missing(name);
        }
        return ask(name, new Transport(settings), listener).offer();
    }

    /**
     * Brings a model into the cache, unless it is there. A name that is no commit is asked for
     * every time, since it may have come to mean another commit; where the hub cannot be reached,
     * the commit it meant last is taken from the cache.
     *
     * @param name the model
     * @param listener hears of progress, retries and waiting
     * @return the model in the cache
     * @throws IOException in one line when the model cannot be had, see {@link #fetch(HubName,
     *     String, HubListener)}
     */
    public HubModel fetch(HubName name, HubListener listener) throws IOException {
        return fetch(name, null, listener);
    }

    /**
     * Brings a model into the cache as {@link #fetch(HubName, HubListener)} does, and demands a
     * checksum.
     *
     * @param name the model
     * @param sha256 the SHA-256 that the weights must have, 64 hexadecimal digits, or null
     * @param listener hears of progress, retries and waiting
     * @return the model in the cache
     * @throws IllegalArgumentException when {@code sha256} is none
     * @throws IOException in one line: the hub cannot be reached and nothing is cached, it refuses
     *     or has no such model, offline with nothing cached, too large, no room on the disk, or
     *     other bytes than announced
     */
    public HubModel fetch(HubName name, @Nullable String sha256, HubListener listener)
            throws IOException {
        String demanded = sha256 == null ? null : sha256.strip().toLowerCase(Locale.ROOT);
        if (demanded != null && !demanded.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "the SHA-256 is \"" + sha256 + "\", expected 64 hexadecimal digits");
        }
        Optional<HubModel> here = cache.find(name);
        if (settings.offline() && here.isEmpty()) {
            throw missing(name);
        }
        if (here.isPresent() && (settings.offline() || name.isPinned())) {
            if (matches(here.get(), demanded)) {
                return here.get();
            }
        }
        Transport transport = new Transport(settings);
        Remote remote;
        try {
            remote = ask(name, transport, listener);
        } catch (ConnectionLost e) {
            if (here.isPresent() && matches(here.get(), demanded)) {
                listener.onNote(e.getMessage() + "; taking " + here.get().name() + ", as cached");
                return here.get();
            }
            throw new IOException(
                    e.getMessage()
                            + "; is there a network, is a proxy needed (-Dhttps.proxyHost)? The"
                            + " cache "
                            + settings.cache()
                            + " has no copy of "
                            + name,
                    e);
        }
        return fetch(name, remote, demanded, transport, listener);
    }

    private record Remote(HubOffer offer, FileFacts facts) {}

    /** Finds the file of weights and the commit. */
    private Remote ask(HubName name, Transport transport, HubListener listener) throws IOException {
        if (transport.holdsTokenBack()) {
            listener.onNote("HF_TOKEN is not sent: " + settings.endpoint() + " is not encrypted");
        }
        for (String file : HubCache.WEIGHTS) {
            Optional<FileFacts> facts =
                    Retry.of(settings, listener, () -> facts(name, file, transport));
            if (facts.isPresent()) {
                String commit = commit(name, facts.get());
                long size = file.endsWith(ShardIndex.SUFFIX) ? -1 : facts.get().size();
                return new Remote(new HubOffer(name.at(commit), file, size), facts.get());
            }
        }
        throw new IOException(
                name
                        + ": "
                        + settings.endpoint()
                        + "/"
                        + name.repository()
                        + " has neither "
                        + HubCache.WEIGHTS.get(0)
                        + " nor "
                        + HubCache.WEIGHTS.get(2)
                        + ", nor either as OpenCLIP calls it, or there is no such repository; check the name");
    }

    private Optional<FileFacts> facts(HubName name, String file, Transport transport)
            throws IOException {
        try (Answer answer = transport.head(Download.address(settings, name, file))) {
            boolean there = answer.status() < 400;
            if (!there && !Refusal.isMissingFile(answer)) {
                throw Refusal.of(answer, name, file, settings);
            }
            return there ? Optional.of(answer.facts()) : Optional.empty();
        }
    }

    private String commit(HubName name, FileFacts facts) throws IOException {
        String commit = facts.commit();
        if (commit == null && name.isPinned()) {
            return name.revision();
        }
        if (commit == null || !HubName.isCommit(commit)) {
            throw new IOException(
                    name
                            + ": "
                            + settings.endpoint()
                            + " does not say which commit it has (X-Repo-Commit), as a hub does; is"
                            + " HF_ENDPOINT right?");
        }
        if (name.isPinned() && !commit.equals(name.revision())) {
            throw new IOException(name + ": the hub answers for another commit, " + commit);
        }
        return commit;
    }

    private HubModel fetch(
            HubName name,
            Remote remote,
            @Nullable String demanded,
            Transport transport,
            HubListener listener)
            throws IOException {
        HubName pinned = remote.offer().name();
        Path folder = cache.folder(pinned);
        try {
            Files.createDirectories(folder);
        } catch (FileSystemException e) {
            throw new IOException(
                    "the cache "
                            + settings.cache()
                            + " cannot be written ("
                            + e
                            + "); choose another (--cache, RLRR_CACHE)",
                    e);
        }
        Path repository = cache.repository(pinned);
        ProcessLock lock =
                ProcessLock.await(
                        repository.resolve("lock"),
                        () -> listener.onNote("another download of " + name + " runs; waiting"));
        try {
            TemporaryFiles.sweep(repository);
            TemporaryFiles.sweep(folder);
            Optional<HubModel> here = cache.find(pinned);
            if (here.isPresent() && !matches(here.get(), demanded)) {
                listener.onNote(here.get().weights() + " is damaged; fetching it again");
                cache.delete(pinned);
                here = Optional.empty();
            }
            if (here.isEmpty()) {
                download(remote, demanded, transport, listener);
            }
            cache.remember(name, pinned.revision());
        } finally {
            lock.close();
        }
        return cache.find(pinned)
                .orElseThrow(() -> new IOException(folder + " changed while it was filled"));
    }

    private void download(
            Remote remote, @Nullable String demanded, Transport transport, HubListener listener)
            throws IOException {
        HubName pinned = remote.offer().name();
        Map<String, String> sums = new LinkedHashMap<>();
        String weights = remote.offer().file();
        boolean inParts = weights.endsWith(ShardIndex.SUFFIX);
        if (inParts && demanded != null) {
            throw new IllegalArgumentException(
                    pinned + " has its weights in several files, which no one SHA-256 covers");
        }
        String sha256 = download(pinned, weights, remote.facts(), demanded, transport, listener);
        if (sha256 == null) {
            throw new IOException(pinned + ": " + weights + " is gone from the hub");
        }
        sums.put(weights, sha256);
        if (inParts) {
            for (String shard : shards(pinned, weights)) {
                String sum = download(pinned, shard, FileFacts.UNKNOWN, null, transport, listener);
                if (sum == null) {
                    throw new IOException(
                            pinned
                                    + ": "
                                    + weights
                                    + " names "
                                    + shard
                                    + ", which the hub does not have");
                }
                sums.put(shard, sum);
            }
        }
        for (List<String> names : beside(weights)) {
            for (String file : names) {
                String sum = download(pinned, file, FileFacts.UNKNOWN, null, transport, listener);
                if (sum != null) {
                    sums.put(file, sum);
                    break;
                }
            }
        }
        cache.complete(pinned, settings.endpoint().toString(), sums);
    }

    private static List<List<String>> beside(String weights) {
        return weights.startsWith("open_clip_") ? BESIDE_OPEN_CLIP : BESIDE;
    }

    private List<String> shards(HubName pinned, String index) throws IOException {
        List<String> names = ShardIndex.read(cache.folder(pinned).resolve(index)).names();
        if (names.size() > MOST_SHARDS) {
            throw new IOException(
                    "%s: %s names %s files, expected at most %s"
                            .formatted(pinned, index, names.size(), MOST_SHARDS));
        }
        return names;
    }

    private @Nullable String download(
            HubName pinned,
            String file,
            FileFacts facts,
            @Nullable String demanded,
            Transport transport,
            HubListener listener)
            throws IOException {
        long limit = file.endsWith(".json") ? LARGEST_CONFIG : settings.maxBytes();
        Path target = cache.folder(pinned).resolve(file);
        return new Download(settings, transport, freeSpace, listener, pinned, target, facts, limit)
                .run(demanded);
    }

    /**
     * Whether a copy in the cache is what is demanded.
     *
     * @return false when it is no longer what was downloaded
     * @throws IOException when what was downloaded is not what is demanded
     */
    private boolean matches(HubModel model, @Nullable String demanded) throws IOException {
        if (demanded == null) {
            return true;
        }
        String found = Hash.sha256().add(model.weights()).digits();
        if (found.equals(demanded)) {
            return true;
        }
        if (!found.equals(model.sha256()) && !settings.offline()) {
            return false;
        }
        throw new IOException(
                model.weights()
                        + " has the SHA-256 "
                        + found
                        + ", expected "
                        + demanded
                        + "; check the checksum and the name");
    }

    private IOException missing(HubName name) {
        return new IOException(
                name
                        + " is not in the cache "
                        + settings.cache()
                        + ", and offline mode is on; leave out --offline, RLRR_OFFLINE and"
                        + " HF_HUB_OFFLINE once to fetch it, or copy "
                        + cache.repository(name)
                        + " from a machine that has it");
    }
}
