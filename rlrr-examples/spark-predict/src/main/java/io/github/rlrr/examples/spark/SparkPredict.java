package io.github.rlrr.examples.spark;

import io.github.rlrr.vit.data.ImageTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Labels a folder of images, as {@code rlrr predict --csv} does, in the tasks of a Spark job.
 *
 * <p>The driver lists the files and never opens the model; executors get its path. Rows stream from
 * the classifier into CSV files, one for each partition, which Spark's commit protocol makes
 * visible: those of one attempt of each task, all when the job ends, none when it fails.
 */
public final class SparkPredict {

    private static final Logger LOG = LoggerFactory.getLogger(SparkPredict.class);

    /** A task that has to be done again costs its worker no more than that many. */
    private static final int IMAGES_PER_TASK = 1000;

    private static final int BATCH_SIZE = 32;

    private SparkPredict() {}

    /**
     * Runs the job.
     *
     * @param arguments model folder, folder of images, output folder and, optionally, the number of
     *     partitions
     * @throws IOException when the folder has no images, none of them can be read, or the output is
     *     there already
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 3 || arguments.length > 4) {
            throw new IllegalArgumentException(
                    arguments.length + " arguments, expected MODEL IMAGES OUTPUT [PARTITIONS]");
        }
        List<String> images = images(Path.of(arguments[1]));
        try (SparkSession spark = SparkSession.builder().appName("rlrr predict").getOrCreate()) {
            int partitions =
                    arguments.length == 4
                            ? Integer.parseInt(arguments[3])
                            : partitions(images.size(), spark.sparkContext().defaultParallelism());
            Broadcast<String> model =
                    new JavaSparkContext(spark.sparkContext()).broadcast(arguments[0]);
            write(spark, images, partitions, new LabelImages(model, BATCH_SIZE), arguments[2]);
            long unreadable = unreadable(spark, arguments[2]);
            System.out.printf(
                    "labelled %s of %s images%nwritten  %s%n",
                    images.size() - unreadable, images.size(), arguments[2]);
            if (unreadable == images.size()) {
                throw new IOException(
                        "no image could be read; do executors see the folder at "
                                + arguments[1]
                                + "? Each row of "
                                + arguments[2]
                                + " says why");
            }
        }
    }

    /**
     * Lists the images that {@code rlrr predict} takes, in its order: at any depth, sorted by their
     * path below the folder; hidden ones are left out, links followed. Images of formats that are
     * not read are counted in a warning.
     *
     * @throws IOException when the folder cannot be read, has no images, no end, or names that the
     *     locale makes unreadable
     */
    static List<String> images(Path folder) throws IOException {
        ImageTree tree = ImageTree.below(folder);
        List<Path> images = tree.some(folder);
        if (tree.leftOut().images() > 0) {
            LOG.warn("{}: left out: {}", folder, tree.leftOut().advice());
        }
        return images.stream().map(Path::toString).toList();
    }

    private static int partitions(int images, int parallelism) {
        return Math.max(parallelism, (images + IMAGES_PER_TASK - 1) / IMAGES_PER_TASK);
    }

    /**
     * Writes what a function makes of the images. The order is theirs: by file name of the parts,
     * then by line.
     */
    static void write(
            SparkSession spark,
            List<String> images,
            int partitions,
            MapPartitionsFunction<String, Row> function,
            String output)
            throws IOException {
        refuseExisting(spark, output);
        // Slices of the list, in its order. A Dataset made of the list itself, then repartitioned,
        // would be shuffled.
        Dataset<String> paths =
                spark.createDataset(
                        new JavaSparkContext(spark.sparkContext())
                                .parallelize(images, partitions)
                                .rdd(),
                        Encoders.STRING());
        paths.mapPartitions(function, Encoders.row(LabelRow.SCHEMA))
                .write()
                .options(LabelRow.CSV)
                .option("lineSep", LabelRow.LINE_SEPARATOR)
                .csv(output);
    }

    /** In one line, before Spark says it in fifty. */
    private static void refuseExisting(SparkSession spark, String output) throws IOException {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(output);
        FileSystem files = path.getFileSystem(spark.sparkContext().hadoopConfiguration());
        if (files.exists(path)) {
            throw new IOException(output + " is there already; name a folder that is not");
        }
    }

    private static long unreadable(SparkSession spark, String output) {
        return spark.read()
                .schema(LabelRow.SCHEMA)
                .options(LabelRow.CSV)
                .csv(output)
                .filter(LabelRow.ERROR + " is not null")
                .count();
    }
}
