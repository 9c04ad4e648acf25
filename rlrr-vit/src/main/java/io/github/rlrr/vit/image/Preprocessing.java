package io.github.rlrr.vit.image;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an image of any size becomes the input of a network: resized and cropped to a fixed size,
 * then each value x of 0 to 255 becomes (x / 255 − mean) / std of its channel, in float32.
 *
 * <p>This is torchvision's {@code Resize(…), CenterCrop(…), ToTensor(), Normalize(mean, std)} on a
 * Pillow image, to the bit; without a crop {@code Resize((height, width))}. A value of plain
 * fields, so that it can be written to and read from JSON.
 *
 * @param height of the result in pixels
 * @param width of the result in pixels
 * @param interpolation the filter for resizing
 * @param mean of red, green and blue, in units of [0,1]
 * @param std of red, green and blue, in units of [0,1], above 0
 * @param crop what becomes of the aspect ratio, and how much is cut off
 * @param sixteenBit how 16-bit grey becomes 8 bits when a file is decoded
 */
public record Preprocessing(
        int height,
        int width,
        Interpolation interpolation,
        List<Float> mean,
        List<Float> std,
        Crop crop,
        SixteenBit sixteenBit) {

    private static final String SIXTEEN_BIT = "sixteen_bit";
    private static final int CHANNELS = 3;
    private static final int LEVELS = 256;

    /**
     * Checks and copies the fields.
     *
     * @param height as the record has it
     * @param width as the record has it
     * @param interpolation as the record has it
     * @param mean as the record has it
     * @param std as the record has it
     * @param crop as the record has it
     * @param sixteenBit as the record has it
     * @throws IllegalArgumentException if a size is below 1, if there are not three means and three
     *     standard deviations, or if one of them is not finite or a deviation not above 0
     */
    public Preprocessing {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "size: " + height + "x" + width + " (height x width), expected 1x1 up");
        }
        Objects.requireNonNull(interpolation, "interpolation");
        Objects.requireNonNull(crop, "crop");
        Objects.requireNonNull(sixteenBit, "sixteenBit");
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.size() != CHANNELS || !mean.stream().allMatch(Float::isFinite)) {
            throw new IllegalArgumentException("mean: " + mean + ", expected three finite numbers");
        }
        if (std.size() != CHANNELS || !std.stream().allMatch(s -> Float.isFinite(s) && s > 0)) {
            throw new IllegalArgumentException("std: " + std + ", expected three numbers above 0");
        }
    }

    /**
     * Reads 16-bit grey by the file's depth, {@link SixteenBit#SCALE}.
     *
     * @param height of the result in pixels
     * @param width of the result in pixels
     * @param interpolation the filter for resizing
     * @param mean of red, green and blue
     * @param std of red, green and blue
     * @param crop what becomes of the aspect ratio, and how much is cut off
     * @throws IllegalArgumentException as for the record
     */
    public Preprocessing(
            int height,
            int width,
            Interpolation interpolation,
            List<Float> mean,
            List<Float> std,
            Crop crop) {
        this(height, width, interpolation, mean, std, crop, SixteenBit.SCALE);
    }

    /**
     * Squashes the whole image to the size, and reads 16-bit grey by the file's depth.
     *
     * @param height of the result in pixels
     * @param width of the result in pixels
     * @param interpolation the filter for resizing
     * @param mean of red, green and blue
     * @param std of red, green and blue
     * @throws IllegalArgumentException as for the record
     */
    public Preprocessing(
            int height, int width, Interpolation interpolation, List<Float> mean, List<Float> std) {
        this(height, width, interpolation, mean, std, Crop.NONE);
    }

    /**
     * The same for inputs of another size; the fraction that is cropped stays.
     *
     * @param newHeight of the result in pixels
     * @param newWidth of the result in pixels
     * @return a copy
     */
    public Preprocessing withSize(int newHeight, int newWidth) {
        return new Preprocessing(newHeight, newWidth, interpolation, mean, std, crop, sixteenBit);
    }

    /**
     * The same with 16-bit grey read in another way.
     *
     * @param way how 16-bit grey becomes 8 bits
     * @return a copy
     */
    public Preprocessing withSixteenBit(SixteenBit way) {
        return new Preprocessing(height, width, interpolation, mean, std, crop, way);
    }

    /**
     * The preprocessing of the ImageNet-21k Vision Transformers and of VTAB-1k: antialiased bicubic
     * squash to a square, values from −1 to 1.
     *
     * @param size height and width in pixels, such as 224
     * @return bicubic, mean 0.5 and std 0.5 in every channel
     */
    public static Preprocessing vitDefault(int size) {
        List<Float> half = List.of(0.5f, 0.5f, 0.5f);
        return new Preprocessing(size, size, Interpolation.BICUBIC, half, half);
    }

    /**
     * Reads what {@link #toMap} wrote, as an adapter file holds it. Where nothing is said of 16-bit
     * grey it is {@link SixteenBit#CLIP}, as older versions of this library and Pillow read it.
     *
     * @param values the fields by name
     * @return the preprocessing
     * @throws IllegalArgumentException if a field is missing or malformed
     */
    public static Preprocessing fromMap(Map<String, Object> values) {
        try {
            return new Preprocessing(
                    number(values.get("height")).intValue(),
                    number(values.get("width")).intValue(),
                    Interpolation.valueOf(
                            String.valueOf(values.get("interpolation")).toUpperCase(Locale.ROOT)),
                    floats(values.get("mean")),
                    floats(values.get("std")),
                    values.get("crop") == null
                            ? Crop.NONE
                            : Crop.fromMap((Map<?, ?>) values.get("crop")),
                    values.get(SIXTEEN_BIT) == null
                            ? SixteenBit.CLIP
                            : SixteenBit.parse((String) values.get(SIXTEEN_BIT)));
        } catch (ClassCastException | NullPointerException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "preprocessing is "
                            + values
                            + ", expected height, width, interpolation (bilinear or bicubic), mean,"
                            + " std and, where not the whole image is squashed, crop (mode squash or"
                            + " center, fraction 0.01 to 1), and sixteen_bit (scale, clip or"
                            + " max=4095) where 16-bit grey is not clipped",
                    e);
        }
    }

    private static Number number(@Nullable Object value) {
        return (Number) Objects.requireNonNull(value);
    }

    private static List<Float> floats(@Nullable Object values) {
        return ((List<?>) Objects.requireNonNull(values))
                .stream().map(value -> number(value).floatValue()).toList();
    }

    /**
     * The fields by name, as JSON values.
     *
     * @return height, width, interpolation, mean and std; {@code crop} unless the whole image is
     *     squashed; {@code sixteen_bit} unless 16-bit grey is clipped
     */
    public Map<String, Object> toMap() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("height", height);
        values.put("width", width);
        values.put("interpolation", interpolation.name().toLowerCase(Locale.ROOT));
        values.put("mean", mean);
        values.put("std", std);
        if (!crop.equals(Crop.NONE)) {
            values.put("crop", crop.toMap());
        }
        if (!sixteenBit.equals(SixteenBit.CLIP)) {
            values.put(SIXTEEN_BIT, sixteenBit.toString());
        }
        return values;
    }

    /**
     * Brings an image to this size, as {@link #crop} says.
     *
     * @param image the source
     * @return an image of {@link #width} × {@link #height}, possibly the source itself
     */
    public RgbImage resize(RgbImage image) {
        return crop.apply(image, height, width, interpolation);
    }

    /** The image as {@link #resize} has it before it cuts the centre out. */
    RgbImage resizeUncut(RgbImage image) {
        int[] size = crop.uncut(image, height, width);
        return Resampling.resize(image, size[1], size[0], interpolation);
    }

    /** The centre of an uncut image, equal to {@link #resize} of its source. */
    RgbImage centre(RgbImage uncut) {
        int left = Crop.margin(uncut.width(), width);
        int top = Crop.margin(uncut.height(), height);
        return uncut.part(left, top, width, height);
    }

    /**
     * Writes an image of this size as normalised float32, channel by channel (3, H, W).
     *
     * @param image the source, already resized
     * @param flipped whether to mirror it left to right
     * @param target where to write
     * @param offset where in {@code target} to begin; 3 × height × width values are written
     * @throws IllegalArgumentException if the image is of another size
     */
    public void normalise(RgbImage image, boolean flipped, float[] target, int offset) {
        if (image.width() != width || image.height() != height) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "image: %sx%s (width x height), expected %sx%s; resize it first",
                            image.width(),
                            image.height(),
                            width,
                            height));
        }
        int plane = height * width;
        Objects.checkFromIndexSize(offset, CHANNELS * plane, target.length);
        byte[] pixels = image.pixels();
        for (int channel = 0; channel < CHANNELS; channel++) {
            float[] table = levels(channel);
            int to = offset + channel * plane;
            for (int y = 0; y < height; y++, to += width) {
                int from = CHANNELS * y * width + channel;
                for (int x = 0; x < width; x++, from += CHANNELS) {
                    target[to + (flipped ? width - 1 - x : x)] = table[pixels[from] & 0xff];
                }
            }
        }
    }

    /**
     * What each of the 256 levels becomes. Made anew for every image: 768 divisions are
     * microseconds beside the pixels they serve, and a record has no place to keep them.
     */
    private float[] levels(int channel) {
        float m = mean.get(channel);
        float s = std.get(channel);
        float[] table = new float[LEVELS];
        for (int level = 0; level < LEVELS; level++) {
            table[level] = (level / 255f - m) / s;
        }
        return table;
    }
}
