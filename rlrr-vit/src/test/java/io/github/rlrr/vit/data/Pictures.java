package io.github.rlrr.vit.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Writes small image files for tests. */
final class Pictures {

    private Pictures() {}

    /** An 8×6 PNG of one colour, its folders made as needed. */
    static Path write(Path file, int rgb) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        BufferedImage image = new BufferedImage(8, 6, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 48; i++) {
            image.setRGB(i % 8, i / 8, rgb);
        }
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    /** So many pictures {@code 000.png}, {@code 001.png} … in a folder. */
    static void fill(Path folder, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            write(folder.resolve(String.format(Locale.ROOT, "%03d.png", i)), i);
        }
    }
}
