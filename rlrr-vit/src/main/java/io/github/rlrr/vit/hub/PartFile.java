package io.github.rlrr.vit.hub;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.WriteFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that is not all here yet: {@code <name>.part}, and {@code <name>.part.json}, which says of
 * what it is a part.
 */
final class PartFile {

    /**
     * Of what the bytes are a part.
     *
     * @param identity the hub's entity tag, or null
     * @param etag the entity tag of the server that sent the bytes, as it came, or null
     * @param size of the whole file, or -1
     */
    record Origin(@Nullable String identity, @Nullable String etag, long size) {

        /** Whether bytes of this origin can be joined with bytes that the facts describe. */
        boolean fits(FileFacts facts) {
            boolean sameTag =
                    identity == null
                            || facts.identity() == null
                            || identity.equals(facts.identity());
            boolean sameSize = size < 0 || facts.size() < 0 || size == facts.size();
            return sameTag && sameSize;
        }

        /** Whether the tag names these very bytes, so that a server can compare it. */
        boolean hasStrongTag() {
            return etag != null && etag.matches("\"[\\x21\\x23-\\x7e]*\"");
        }
    }

    private final Path target;
    private final Path part;
    private final Path note;

    PartFile(Path target) {
        this.target = target;
        part = target.resolveSibling(target.getFileName() + ".part");
        note = target.resolveSibling(target.getFileName() + ".part.json");
    }

    Path path() {
        return part;
    }

    long size() throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    /** What the part belongs to, or null where nothing or nothing readable says so. */
    @Nullable Origin origin() throws IOException {
        if (!Files.exists(note)) {
            return null;
        }
        try {
            return new Gson().fromJson(Files.readString(note), Origin.class);
        } catch (JsonParseException | CharacterCodingException e) {
            return null;
        }
    }

    /** Notes what the part belongs to, before its first byte is written. */
    void describe(Origin origin) throws IOException {
        AtomicFile.write(note, AtomicFile.text(new Gson().toJson(origin)));
    }

    /** Opens the part for writing after its first {@code keep} bytes; the rest is cut off. */
    FileChannel open(long keep) throws IOException {
        FileChannel channel =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            channel.truncate(keep).position(keep);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    void write(FileChannel channel, List<ByteBuffer> pieces) throws IOException {
        try {
            for (ByteBuffer piece : pieces) {
                while (piece.hasRemaining()) {
                    channel.write(piece);
                }
            }
        } catch (IOException e) {
            throw WriteFault.of(part, channel.size() + left(pieces), e);
        }
    }

    private static long left(List<ByteBuffer> pieces) {
        return pieces.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    void delete() throws IOException {
        Files.deleteIfExists(part);
        Files.deleteIfExists(note);
    }

    /** Forces the whole file to disk and gives it its name. */
    void finish() throws IOException {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.deleteIfExists(note);
    }
}
