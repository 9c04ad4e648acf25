package io.github.rlrr.examples.prediction;

import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.ProcessLock;
import io.github.rlrr.io.TemporaryFiles;
import io.github.rlrr.io.WriteFault;
import io.github.rlrr.vit.inference.Answer;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file of predictions that outlives its process: rows go to a part beside it, which the same
 * work goes on with, and which takes the file's name when it is whole.
 *
 * <p>The part's name holds a checksum of all that decides the rows: the model's files, the settings
 * and the list of images. Another model or another list has another part. Images come in the list's
 * order, so the last row says how far the work is; those before it without a row were unreadable.
 */
public final class PredictionFile implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path target;
    private final Path part;
    private final PredictionCsv csv;
    private final FileChannel channel;
    private final ProcessLock lock;
    private final OutputStream out;
    private final int done;
    private final int rows;
    private long wanted;

    private PredictionFile(
            Path target,
            Path part,
            PredictionCsv csv,
            FileChannel channel,
            ProcessLock lock,
            List<Path> files)
            throws IOException {
        this.target = target;
        this.part = part;
        this.csv = csv;
        this.channel = channel;
        this.lock = lock;
        Progress progress = Progress.of(channel);
        int last = progress.image == null ? -1 : indexOf(files, progress.image);
        boolean resumes = last >= 0 && last + 1 >= progress.rows;
        done = resumes ? last + 1 : 0;
        rows = resumes ? progress.rows : 0;
        // What a killed process left of a row is cut off.
        channel.truncate(resumes ? progress.bytes : 0);
        wanted = channel.size();
        channel.position(wanted);
        out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
        if (!resumes) {
            write(csv.header());
        }
    }

    /**
     * Starts, or goes on.
     *
     * @param target the file in the end
     * @param csv its form
     * @param files the images, in their order
     * @param model the folder whose files decide the rows
     * @param settings what else does
     * @throws IOException when another process is at it, or the files cannot be read or written
     */
    public static PredictionFile open(
            Path target, PredictionCsv csv, List<Path> files, Path model, List<Object> settings)
            throws IOException {
        Path absolute = target.toAbsolutePath();
        if (Files.isDirectory(absolute)) {
            throw new IOException(target + " is a folder, expected the name of a file to write");
        }
        // One lock for the target, whatever is to be written there.
        Path file = absolute.resolveSibling(absolute.getFileName() + ".lock");
        ProcessLock lock = ProcessLock.tryTake(file);
        if (lock == null) {
            throw new IOException(
                    ProcessLock.holder(file)
                            + " is writing "
                            + target
                            + "; wait for it or stop it");
        }
        FileChannel channel = null;
        try {
            TemporaryFiles.sweep(Objects.requireNonNull(absolute.getParent()));
            String sum = checksum(model, csv + " " + settings + " " + files);
            Path part = absolute.resolveSibling(absolute.getFileName() + "." + sum + ".part");
            channel =
                    FileChannel.open(
                            part,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            return new PredictionFile(target, part, csv, channel, lock, files);
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            lock.close();
            throw e;
        }
    }

    private static String checksum(Path model, String settings) throws IOException {
        CRC32C sum = new CRC32C();
        sum.update(settings.getBytes(StandardCharsets.UTF_8));
        List<Path> files;
        try (Stream<Path> inside = Files.list(model)) {
            files = inside.filter(Files::isRegularFile).sorted().toList();
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    sum.update(buffer, 0, read);
                }
            }
        }
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    private static int indexOf(List<Path> files, String image) {
        for (int i = 0; i < files.size(); i++) {
            if (files.get(i).toString().equals(image)) {
                return i;
            }
        }
        return -1;
    }

    /** How many of the images an earlier process has seen. */
    public int done() {
        return done;
    }

    /** How many of those were no readable images. */
    int unreadable() {
        return done - rows;
    }

    /** Adds the row of the next readable image. */
    void row(Path image, Answer answer) throws IOException {
        write(csv.row(image, answer));
    }

    private void write(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        wanted += bytes.length;
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw WriteFault.of(target, wanted, e);
        }
    }

    /** Hands the rows to the system: they stay when this process is killed. */
    void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw WriteFault.of(target, wanted, e);
        }
    }

    /** Gives the whole file its name. */
    public void finish() throws IOException {
        flush();
        channel.close();
        if (!lock.isThere() || !Files.exists(part)) {
            throw new IOException(
                    "the folder of "
                            + target
                            + ", or the rows in it, were deleted or moved while they were written;"
                            + " nothing is there");
        }
        AtomicFile.write(target, whole -> Files.copy(part, whole));
        Files.deleteIfExists(part);
    }

    /** Leaves the part for the next process. */
    @Override
    public void close() throws IOException {
        channel.close();
        lock.close();
    }

    /**
     * How far a part is.
     *
     * @param bytes the length of its whole lines
     * @param rows its whole lines but the first
     * @param image the first field of the last of them; null where there are no rows
     */
    private record Progress(long bytes, int rows, @Nullable String image) {

        static Progress of(FileChannel channel) throws IOException {
            InputStream in =
                    new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES);
            Progress last = new Progress(0, -1, null);
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            boolean quoted = false;
            long position = 0;
            for (int next = in.read(); next >= 0; next = in.read()) {
                position++;
                line.write(next);
                quoted ^= next == '"';
                if (next == '\n' && !quoted) {
                    String text = line.toString(StandardCharsets.UTF_8);
                    int rows = last.rows + 1;
                    last = new Progress(position, rows, rows == 0 ? null : firstField(text));
                    line.reset();
                }
            }
            return last;
        }

        private static String firstField(String line) {
            if (!line.startsWith("\"")) {
                return line.substring(0, line.indexOf(','));
            }
            StringBuilder field = new StringBuilder();
            for (int i = 1; i < line.length(); i++) {
                if (line.charAt(i) == '"' && line.charAt(++i) != '"') {
                    break;
                }
                field.append(line.charAt(i));
            }
            return field.toString();
        }
    }
}
