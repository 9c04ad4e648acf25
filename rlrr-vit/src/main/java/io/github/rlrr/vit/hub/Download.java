package io.github.rlrr.vit.hub;

import io.github.rlrr.io.Hash;
import io.github.rlrr.vit.hub.PartFile.Origin;
import io.github.rlrr.vit.hub.Transport.Answer;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings one file of one commit: resumes what an earlier attempt or process left, tries again where
 * the connection broke, checks size and checksum, and only then gives the file its name.
 */
final class Download {

    /** How much room the disk must have left afterwards. */
    private static final long SPARE_BYTES = 64L << 20;

    /** An attempt that brought this much is not counted as failed. */
    private static final long PROGRESS_BYTES = 1L << 20;

    /** Tells how many bytes a folder's disk can take. */
    interface FreeSpace {
        long bytes(Path folder) throws IOException;
    }

    private final HubSettings settings;
    private final Transport transport;
    private final FreeSpace freeSpace;
    private final HubListener listener;
    private final HubName name;
    private final Path target;
    private final String file;
    private final PartFile part;
    private final long limit;
    private FileFacts facts;

    /**
     * Prepares a download.
     *
     * @param name the model at a commit
     * @param target where the file goes; its name is the file's name on the hub
     * @param facts what is known of it already
     * @param limit the largest size taken, in bytes
     */
    Download(
            HubSettings settings,
            Transport transport,
            FreeSpace freeSpace,
            HubListener listener,
            HubName name,
            Path target,
            FileFacts facts,
            long limit) {
        this.settings = settings;
        this.transport = transport;
        this.freeSpace = freeSpace;
        this.listener = listener;
        this.name = name;
        this.target = target;
        this.file = String.valueOf(target.getFileName());
        this.part = new PartFile(target);
        this.facts = facts;
        this.limit = limit;
    }

    /**
     * Downloads and checks.
     *
     * @param sha256 the checksum the caller demands, lower case, which then decides alone; or null
     * @return the file's SHA-256, or null when the repository has no such file
     * @throws ConnectionLost when the attempts are spent; what has arrived is kept
     * @throws IOException when the file is refused, too large, or not what was announced
     */
    @Nullable String run(@Nullable String sha256) throws IOException {
        Retry retry = new Retry(settings, listener);
        while (true) {
            long before = part.size();
            try {
                if (!attempt()) {
                    return null;
                }
                break;
            } catch (ConnectionLost e) {
                if (part.size() - before >= PROGRESS_BYTES) {
                    retry.reset();
                }
                retry.after(e);
            }
        }
        String found = checked(sha256);
        part.finish();
        return found;
    }

    private boolean attempt() throws IOException {
        Origin origin = part.origin();
        long have = kept(origin);
        if (have > 0 && have == facts.size()) {
            return true;
        }
        try (Answer answer = transport.get(address(settings, name, file), range(have, origin))) {
            switch (answer.status()) {
                case 200 -> {
                    if (have > 0) {
                        listener.onNote(
                                file
                                        + ": the server does not go on where it stopped;"
                                        + " starting again");
                    }
                    receive(answer, 0);
                }
                case 206 -> receive(answer, continued(answer, have, origin));
                case 416 -> {
                    part.delete();
                    throw new ConnectionLost(
                            file + ": the server has no byte " + have + "; starting again", null);
                }
                default -> {
                    if (Refusal.isMissingFile(answer)) {
                        return false;
                    }
                    throw Refusal.of(answer, name, file, settings);
                }
            }
        }
        return true;
    }

    /** How many bytes are here and worth keeping; others are deleted. */
    private long kept(@Nullable Origin origin) throws IOException {
        long have = part.size();
        boolean usable =
                origin != null
                        && origin.fits(facts)
                        && (facts.size() < 0 || have <= facts.size())
                        // Without a tag or a checksum nothing could tell a changed file.
                        && (origin.hasStrongTag() || facts.sha256() != null);
        if (have > 0 && !usable) {
            listener.onNote(file + ": what an earlier download left does not fit; starting again");
        }
        if (!usable) {
            part.delete();
            return 0;
        }
        return have;
    }

    private static Map<String, String> range(long have, @Nullable Origin origin) {
        Map<String, String> headers = new HashMap<>();
        if (have > 0) {
            headers.put("Range", "bytes=" + have + "-");
            if (origin != null && origin.etag() != null && origin.hasStrongTag()) {
                headers.put("If-Range", origin.etag());
            }
        }
        return headers;
    }

    /** Checks that a 206 continues what is here: its first byte, its size, its identity. */
    private long continued(Answer answer, long have, @Nullable Origin origin) throws IOException {
        String range = answer.headers().firstValue("Content-Range").orElse("");
        boolean fits = origin != null && origin.fits(answer.facts());
        if (have == 0 || !range.startsWith("bytes " + have + "-") || !fits) {
            part.delete();
            throw new ConnectionLost(
                    file
                            + (fits
                                    ? ": asked for the bytes from " + have + ", got " + range
                                    : ": the file changed on the server")
                            + "; starting again",
                    null);
        }
        return have;
    }

    private void receive(Answer answer, long have) throws IOException {
        long sent = FileFacts.entitySize(answer.headers());
        long size = answer.facts().size();
        facts = answer.facts();
        if (size >= 0 && sent >= 0 && size != sent) {
            part.delete();
            throw new IOException(
                    at() + " has " + size + " bytes by the hub's word, but " + sent + " are sent");
        }
        checkRoom(have, size);
        if (have == 0) {
            part.delete();
            String etag = FileFacts.etag(answer.headers());
            part.describe(new Origin(facts.identity(), etag, size));
        }
        long received = have;
        listener.onProgress(file, received, size);
        try (FileChannel channel = part.open(have)) {
            for (List<ByteBuffer> pieces = answer.body().next(settings.stallTimeout());
                    pieces != null;
                    pieces = answer.body().next(settings.stallTimeout())) {
                received += pieces.stream().mapToLong(ByteBuffer::remaining).sum();
                if (received > (size >= 0 ? size : limit)) {
                    tooLong(size);
                }
                part.write(channel, pieces);
                listener.onProgress(file, received, size);
            }
        }
        if (size >= 0 && received < size) {
            throw new ConnectionLost(
                    file + ": the connection ended after " + received + " of " + size + " bytes",
                    null);
        }
    }

    private void checkRoom(long have, long size) throws IOException {
        if (size > limit) {
            part.delete();
            throw new IOException(at() + " has " + size + " bytes, expected at most " + limit);
        }
        Path folder = target.toAbsolutePath().getParent();
        long free = folder == null ? Long.MAX_VALUE : freeSpace.bytes(folder);
        long needed = Math.max(0, size) - have + SPARE_BYTES;
        if (free < needed) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s needs %d MiB, the disk of %s has %d MiB; make room, or choose"
                                    + " another cache (--cache, RLRR_CACHE)",
                            at(),
                            needed >> 20,
                            folder,
                            free >> 20));
        }
    }

    private void tooLong(long size) throws IOException {
        part.delete();
        throw new IOException(
                at()
                        + " goes on after "
                        + (size >= 0
                                ? "the " + size + " bytes it has by the server's word"
                                : limit + " bytes, expected at most these"));
    }

    private String checked(@Nullable String demanded) throws IOException {
        String sha256 = Hash.sha256().add(part.path()).digits();
        String expected = demanded != null ? demanded : facts.sha256();
        if (expected != null) {
            check("SHA-256", expected, sha256);
        } else if (facts.gitSha1() != null) {
            check("git SHA-1", facts.gitSha1(), Hash.gitSha1(part.path()));
        }
        return sha256;
    }

    private void check(String kind, String expected, String found) throws IOException {
        if (!found.equals(expected)) {
            part.delete();
            throw new IOException(
                    at()
                            + " arrived with the "
                            + kind
                            + " "
                            + found
                            + ", expected "
                            + expected
                            + "; it is deleted, try again, and if that repeats, trust neither the"
                            + " server nor a proxy on the way");
        }
    }

    private String at() {
        return name + ": " + file;
    }

    /** Where the hub has a file. */
    static URI address(HubSettings settings, HubName name, String file) {
        return URI.create(
                settings.endpoint()
                        + "/"
                        + name.repository()
                        + "/resolve/"
                        + name.revision()
                        + "/"
                        + file);
    }
}
