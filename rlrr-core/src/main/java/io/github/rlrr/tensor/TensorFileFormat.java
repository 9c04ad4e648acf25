package io.github.rlrr.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/** The file formats {@link TensorReader#open} tells apart by their first bytes. */
enum TensorFileFormat {
    /** Eight bytes of header length, JSON, data. */
    SAFETENSORS {
        @Override
        TensorReader open(Path file, ReadLimits limits) throws TensorFileException {
            return SafetensorsReader.open(file, limits);
        }
    },
    /** A zip archive of npy arrays. */
    NPZ {
        @Override
        TensorReader open(Path file, ReadLimits limits) throws TensorFileException {
            return NpzReader.open(file, limits);
        }
    },
    /** A zip archive around a pickle, as {@code torch.save} writes it. */
    PYTORCH {
        @Override
        TensorReader open(Path file, ReadLimits limits) throws TensorFileException {
            return PyTorchReader.open(file, limits);
        }
    },
    /** A list in JSON of the files that hold the tensors. */
    SHARDS {
        @Override
        TensorReader open(Path file, ReadLimits limits) throws TensorFileException {
            return ShardedReader.open(file, limits);
        }
    };

    private static final String PICKLE = PyTorchReader.PICKLE;

    /** Where a tar archive says that it is one. */
    private static final int TAR_MAGIC_AT = 257;

    private static final String TAR_MAGIC = "ustar";

    abstract TensorReader open(Path file, ReadLimits limits) throws TensorFileException;

    /** Looks at the first bytes, and into the archive where they are a zip's. */
    static TensorFileFormat of(Path file) throws TensorFileException {
        try {
            String start = start(file);
            if (isJson(start)) {
                return SHARDS;
            }
            if (!isZip(start)) {
                return SAFETENSORS;
            }
            try (ZipFile zip = new ZipFile(file.toFile())) {
                boolean pickled =
                        zip.stream()
                                .map(entry -> entry.getName())
                                .anyMatch(n -> n.equals(PICKLE) || n.endsWith("/" + PICKLE));
                return pickled ? PYTORCH : NPZ;
            }
        } catch (IOException e) {
            throw TensorFileException.of(file, e);
        } catch (IllegalArgumentException | IllegalStateException e) {
            // What ZipFile throws for names it cannot decode.
            throw new TensorFileException(
                    file, "is a damaged zip archive: " + TensorFileException.reason(e), e);
        }
    }

    private static String start(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new TensorFileException(file, "is not a regular file, expected a tensor file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(TAR_MAGIC_AT + TAR_MAGIC.length());
            String text = new String(start, StandardCharsets.ISO_8859_1);
            if (text.startsWith(TAR_MAGIC, TAR_MAGIC_AT)) {
                throw new TensorFileException(
                        file,
                        "is a tar archive, as PyTorch wrote before 0.1.10; load it in Python and"
                                + " torch.save it again");
            }
            return text;
        }
    }

    /** "PK" and either a first entry or, in an archive of none, the end record. */
    private static boolean isZip(String start) {
        return start.startsWith("PK\3\4") || start.startsWith("PK\5\6");
    }

    /** Eight bytes of text would be a header of more bytes than there are. */
    private static boolean isJson(String start) {
        return start.startsWith("{")
                && start.length() >= SafetensorsReader.PREFIX_BYTES
                && start.charAt(SafetensorsReader.PREFIX_BYTES - 1) != 0;
    }
}
