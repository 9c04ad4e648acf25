package io.github.rlrr.examples.recipe;

import io.github.rlrr.vit.data.DataLayout;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RandomCrop;
import io.github.rlrr.vit.image.Region;
import io.github.rlrr.vit.image.SixteenBit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A benchmark with its published hyper-parameters and results.
 *
 * <p>Source: Dong et al., "Low-Rank Rescaled Vision Transformer Fine-Tuning", CVPR 2024, and the
 * published training scripts; the numbers stand in {@code vtab1k.csv} and {@code fgvc.csv}. The
 * published hyper-parameters were chosen by the authors, in part by test accuracy.
 *
 * @param name {@code vtab}, {@code fgvc}, {@code fgvc augmented}, or {@code own} and the digest of
 *     the table
 * @param table the text of a table that is not the library's own; empty for one that is
 * @param tasks in the published order
 */
public record Recipe(String name, String table, List<BenchmarkTask> tasks) {

    /** The file in an experiment's folder that holds a table of the user's own. */
    public static final String TABLE_FILE = "recipes.csv";

    static final String OWN = "own ";

    private static final int VTAB_TRAIN = 800;
    private static final int VTAB_VALIDATION = 200;

    /** 256 is 224 and a seventh of it. */
    private static final int CROPPED_SHARE = 7;

    public Recipe {
        tasks = List.copyOf(tasks);
    }

    /**
     * VTAB-1k: 19 tasks in three groups.
     *
     * @return the recipe, 110 epochs for each task
     * @throws IOException when the table is missing from the jar
     */
    public static Recipe vtab() throws IOException {
        return new Recipe("vtab", "", vtab("vtab1k.csv", resource("vtab1k.csv")));
    }

    /**
     * Data sets of your own in VTAB-1k's layout, trained as VTAB-1k is.
     *
     * @param file a table like the bundled {@code vtab1k.csv}: the columns folder, group, classes,
     *     test_images, learning_rate, dropout, weight_decay, horizontal_flip and batch_size;
     *     published results may be left out
     * @return the recipe
     * @throws IOException when the file cannot be read
     * @throws IllegalArgumentException naming every cell that is wrong
     */
    public static Recipe vtab(Path file) throws IOException {
        String table = Files.readString(file);
        return new Recipe(OWN + Experiment.shortHash(table), table, vtab(file.toString(), table));
    }

    private static List<BenchmarkTask> vtab(String name, String table) {
        RecipeCsv csv = RecipeCsv.parse(name, table);
        List<BenchmarkTask> tasks = new ArrayList<>();
        for (RecipeCsv.Row row : csv.rows()) {
            tasks.add(
                    new BenchmarkTask(
                            row.text("folder"),
                            row.text("group"),
                            row.whole("classes"),
                            VTAB_TRAIN,
                            VTAB_VALIDATION,
                            row.whole("test_images"),
                            row.settings(Regime.VTAB.epochs()),
                            Regime.VTAB,
                            row.flag("horizontal_flip"),
                            false,
                            row.published()));
        }
        return csv.checked(tasks);
    }

    /**
     * FGVC: five sets of birds, flowers, dogs and cars.
     *
     * @param augmented whether to train by the recipe with mixing, which takes longer
     * @return the recipe, 60 or 110 epochs for each task
     * @throws IOException when the table is missing from the jar
     */
    public static Recipe fgvc(boolean augmented) throws IOException {
        RecipeCsv csv = RecipeCsv.parse("fgvc.csv", resource("fgvc.csv"));
        List<BenchmarkTask> tasks = new ArrayList<>();
        for (RecipeCsv.Row row : csv.rows()) {
            String folder = row.text("folder");
            Regime regime = Regime.fgvc(folder, augmented);
            tasks.add(
                    new BenchmarkTask(
                            folder,
                            "",
                            row.whole("classes"),
                            row.whole("train_images"),
                            row.whole("val_images"),
                            row.whole("test_images"),
                            row.settings(regime.epochs()),
                            regime,
                            true,
                            row.flag("drop_last"),
                            row.published()));
        }
        return new Recipe(augmented ? "fgvc augmented" : "fgvc", "", csv.checked(tasks));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Recipe.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the resource " + name + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * Some of the tasks.
     *
     * @param names their names; empty for all
     * @return a recipe of these tasks in the published order
     * @throws IllegalArgumentException when a name is none of a task
     */
    public Recipe select(List<String> names) {
        List<String> known = tasks.stream().map(BenchmarkTask::name).toList();
        List<String> unknown = names.stream().filter(name -> !known.contains(name)).toList();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "--tasks: "
                            + unknown
                            + " is no task of "
                            + this.name
                            + ", expected of "
                            + known);
        }
        return names.isEmpty()
                ? this
                : new Recipe(
                        name,
                        table,
                        tasks.stream().filter(task -> names.contains(task.name())).toList());
    }

    /**
     * The tasks by group, in the published order.
     *
     * @return group names and tasks; one group without a name where the benchmark has none
     */
    public Map<String, List<BenchmarkTask>> groups() {
        return tasks.stream()
                .collect(
                        Collectors.groupingBy(
                                BenchmarkTask::group, LinkedHashMap::new, Collectors.toList()));
    }

    /**
     * How a test image becomes the model's input.
     *
     * @param like gives the size in pixels, mean and deviation
     * @return for VTAB-1k the whole image, squashed by the bicubic filter; for FGVC the centre of
     *     one squashed to 256 pixels for an input of 224 by the bilinear filter
     */
    public Preprocessing preprocessing(Preprocessing like) {
        boolean whole = !isFgvc();
        int resized = like.height() + like.height() / CROPPED_SHARE;
        return new Preprocessing(
                like.height(),
                like.width(),
                whole ? Interpolation.BICUBIC : Interpolation.BILINEAR,
                like.mean(),
                like.std(),
                whole ? Crop.NONE : Crop.of(Crop.Mode.SQUASH, like.height(), resized),
                SixteenBit.CLIP); // the published code reads images with Pillow
    }

    /**
     * How training images differ from reading to reading.
     *
     * @param task the task
     * @return flips as the task has them; for FGVC a random crop besides
     */
    public Augmentation augmentation(BenchmarkTask task) {
        Region region = isFgvc() ? new RandomCrop() : Augmentation.NONE.region();
        return new Augmentation(region, task.flip());
    }

    /**
     * How a task lies on disk.
     *
     * @return lists of text for VTAB-1k, of JSON for FGVC
     */
    public DataLayout layout() {
        return isFgvc() ? DataLayout.FGVC_JSON : DataLayout.VTAB_LISTS;
    }

    private boolean isFgvc() {
        return name.startsWith("fgvc");
    }

    /**
     * The backbones with published results.
     *
     * @return the names in the order of the table
     */
    Set<String> backbones() {
        return tasks.get(0).published().keySet();
    }
}
