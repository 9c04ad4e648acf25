package io.github.rlrr.examples.spark;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * A folder of images: gradients with shapes, of several sizes and formats, and two that are none.
 */
final class TestImages {

    static final int READABLE = 45;

    private static final String[] FORMATS = {"png", "jpg", "bmp"};

    private TestImages() {}

    /** Writes the folder. */
    static Path write(Path folder) throws IOException {
        Random random = new Random(11);
        for (int i = 0; i < READABLE; i++) {
            String format = FORMATS[i % FORMATS.length];
            Path file = folder.resolve("of " + i % 4).resolve(i + "." + format);
            Files.createDirectories(file.getParent());
            ImageIO.write(drawing(random, 12 + i, 60 - i), format, file.toFile());
        }
        byte[] whole = Files.readAllBytes(folder.resolve("of 0/0.png"));
        Files.write(folder.resolve("of 1/cut.png"), Arrays.copyOf(whole, whole.length / 2));
        Files.writeString(folder.resolve("of 2/text.jpg"), "no image, \"really\"\n");
        Files.writeString(folder.resolve("notes.txt"), "not to be listed");
        return folder;
    }

    private static BufferedImage drawing(Random random, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setPaint(new GradientPaint(0, 0, colour(random), width, height, colour(random)));
        pen.fillRect(0, 0, width, height);
        for (int i = 0; i < 3; i++) {
            pen.setColor(colour(random));
            pen.fillOval(random.nextInt(width), random.nextInt(height), width / 2, height / 2);
        }
        pen.dispose();
        return image;
    }

    private static Color colour(Random random) {
        return new Color(random.nextInt(1 << 24));
    }
}
