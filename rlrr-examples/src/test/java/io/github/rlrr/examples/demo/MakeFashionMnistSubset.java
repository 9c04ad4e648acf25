package io.github.rlrr.examples.demo;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/**
 * Makes the bundled demo data set out of Fashion-MNIST, as the Debian package dataset-fashion-mnist
 * installs it: 800 images to train on and 200 to validate with from the training images, 2,000 from
 * the test images, the same number of every class, as PNG in a zip.
 *
 * <p>Arguments: the folder of the four idx files, the folder to write to.
 */
final class MakeFashionMnistSubset {

    private static final List<String> CLASSES =
            List.of(
                    "t-shirt-top",
                    "trouser",
                    "pullover",
                    "dress",
                    "coat",
                    "sandal",
                    "shirt",
                    "sneaker",
                    "bag",
                    "ankle-boot");
    private static final long SEED = 20240319;
    private static final int SIDE = 28;
    private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(2017, 8, 25, 0, 0);

    private MakeFashionMnistSubset() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException(
                    "arguments: folder of the idx files (/usr/share/datasets/fashion-mnist),"
                            + " folder to write to");
        }
        Path source = Path.of(arguments[0]);
        Path target = Path.of(arguments[1]);
        Map<String, byte[]> files = new TreeMap<>();
        addImages(files, source, "train", List.of("train", "val"), List.of(80, 20));
        addImages(files, source, "t10k", List.of("test"), List.of(200));
        byte[] notice = notice().getBytes(StandardCharsets.UTF_8);
        files.put("NOTICE.txt", notice);
        Files.createDirectories(target);
        Files.write(target.resolve("NOTICE-fashion-mnist.txt"), notice);
        try (OutputStream out = Files.newOutputStream(target.resolve("fashion-mnist-subset.zip"))) {
            writeZip(files, out);
        }
    }

    /** Draws for each part so many images of every class, no image twice. */
    private static void addImages(
            Map<String, byte[]> files,
            Path source,
            String name,
            List<String> parts,
            List<Integer> imagesOfAClass)
            throws IOException {
        byte[] labels = readIdx(source.resolve(name + "-labels-idx1-ubyte.gz"), 1);
        byte[] pixels = readIdx(source.resolve(name + "-images-idx3-ubyte.gz"), 3);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int label = 0; label < CLASSES.size(); label++) {
            List<Integer> indices = shuffled(labels, label, random);
            int next = 0;
            for (int part = 0; part < parts.size(); part++) {
                for (int i = 0; i < imagesOfAClass.get(part); i++) {
                    int index = indices.get(next++);
                    files.put(
                            String.format(
                                    Locale.ROOT,
                                    "%s/%s/%05d.png",
                                    parts.get(part),
                                    CLASSES.get(label),
                                    index),
                            png(pixels, index));
                }
            }
        }
    }

    private static List<Integer> shuffled(byte[] labels, int label, SplittableRandom random) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] == label) {
                indices.add(i);
            }
        }
        for (int i = indices.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            indices.set(i, indices.set(other, indices.get(i)));
        }
        return indices;
    }

    /**
     * Reads an idx file of bytes: 0, 0, 8 (unsigned byte), the number of axes, then their sizes.
     */
    private static byte[] readIdx(Path file, int axes) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
            int magic = in.readInt();
            if (magic != (8 << 8 | axes)) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "%s: magic %x, expected %x",
                                file,
                                magic,
                                8 << 8 | axes));
            }
            int values = 1;
            for (int axis = 0; axis < axes; axis++) {
                int size = in.readInt();
                if (axis > 0 && size != SIDE) {
                    throw new IOException(file + ": side " + size + ", expected " + SIDE);
                }
                values = Math.multiplyExact(values, size);
            }
            byte[] bytes = new byte[values];
            in.readFully(bytes);
            return bytes;
        }
    }

    private static byte[] png(byte[] pixels, int index) throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        byte[] grey = new byte[SIDE * SIDE];
        System.arraycopy(pixels, index * grey.length, grey, 0, grey.length);
        image.getRaster().setDataElements(0, 0, SIDE, SIDE, grey);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    /** Stored, in order of name, with one fixed time: the same bytes from every run. */
    private static void writeZip(Map<String, byte[]> files, OutputStream out) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                CRC32 crc = new CRC32();
                crc.update(file.getValue());
                ZipEntry entry = new ZipEntry(file.getKey());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(file.getValue().length);
                entry.setCrc(crc.getValue());
                entry.setTimeLocal(ENTRY_TIME);
                zip.putNextEntry(entry);
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
    }

    private static String notice() {
        return """
                fashion-mnist-subset.zip holds 3,000 of the 70,000 images of Fashion-MNIST, unchanged but
                for the file format: 800 (train) and 200 (val) of its training images, 2,000 (test) of its
                test images. A file is named by the image's index there.

                https://github.com/zalandoresearch/fashion-mnist

                Han Xiao, Kashif Rasul, Roland Vollgraf. Fashion-MNIST: a Novel Image Dataset for
                Benchmarking Machine Learning Algorithms. arXiv:1708.07747, 2017.

                The MIT License (MIT)

                Copyright (c) 2017 Zalando SE, https://tech.zalando.com

                Permission is hereby granted, free of charge, to any person obtaining a copy of this
                software and associated documentation files (the "Software"), to deal in the Software
                without restriction, including without limitation the rights to use, copy, modify, merge,
                publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons
                to whom the Software is furnished to do so, subject to the following conditions:

                The above copyright notice and this permission notice shall be included in all copies or
                substantial portions of the Software.

                THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED,
                INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR
                PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
                FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
                OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER
                DEALINGS IN THE SOFTWARE.
                """;
    }
}
