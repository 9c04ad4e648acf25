package io.github.rlrr.vit.data;

import io.github.rlrr.task.Tasks;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How a labelled set of images lies on disk. Every layout gives the same {@link ImageSplits}.
 *
 * <p>Lists are read strictly: every line that is malformed, names a file that is not there or leads
 * out of the folder is reported in one message, with file and line. Test images that are listed for
 * training, too, are a warning in the log.
 */
public enum DataLayout {
    /** A folder a class, or train, val and test with a folder a class each: {@link ImageFolder}. */
    IMAGE_FOLDER {
        @Override
        public ImageSplits splits(Path source, long seed, ListedPaths allowed, Question question)
                throws IOException {
            requireClasses(source, "folders are", question);
            return ImageFolder.splits(source, seed);
        }
    },

    /**
     * VTAB-1k: {@code train800.txt}, {@code val200.txt}, {@code test.txt} (or {@code
     * train800val200.txt} in place of the first two) with lines {@code images/train800/000000.jpg
     * 307}. Class names are the numbers.
     */
    VTAB_LISTS {
        @Override
        public ImageSplits splits(Path source, long seed, ListedPaths allowed, Question question)
                throws IOException {
            requireClasses(source, "VTAB's lists are", question);
            return VtabLists.splits(source, seed, allowed);
        }
    },

    /**
     * FGVC: {@code train.json}, {@code val.json}, {@code test.json} (or {@code trainval.json} in
     * place of the first two), each {@code {"<path>": <class number>}}, with images below {@code
     * images}, {@code Images} or the folder itself. Class names are the numbers, sorted; a label is
     * a number's place among those of all parts.
     */
    FGVC_JSON {
        @Override
        public ImageSplits splits(Path source, long seed, ListedPaths allowed, Question question)
                throws IOException {
            requireClasses(source, "FGVC's lists are", question);
            return FgvcJson.splits(source, seed, allowed);
        }
    },

    /**
     * CSV with a header, columns {@code path} and {@code label}: {@code train.csv}, {@code val.csv}
     * and {@code test.csv}, or one file, with a column {@code split} or else cut by seed. Other
     * separators, common synonyms of the columns and other spellings of the parts are as good.
     * Several labels stand in one column with {@code |} or {@code ;} between them, or each has a
     * column of 1, 0 and, where it is not known, nothing; numbers have a column each.
     */
    CSV {
        @Override
        public ImageSplits splits(Path source, long seed, ListedPaths allowed, Question question)
                throws IOException {
            return CsvLists.splits(source, seed, allowed, question);
        }
    },

    /**
     * COCO: JSON with {@code images}, {@code annotations} and {@code categories}; an image has the
     * labels of the categories that are annotated in it. {@code
     * annotations/instances_train2017.json} beside {@code train2017}, {@code
     * train/_annotations.coco.json} or one file.
     */
    COCO_JSON {
        @Override
        public ImageSplits splits(Path source, long seed, ListedPaths allowed, Question question)
                throws IOException {
            return CocoJson.splits(source, seed, allowed, question);
        }
    };

    private static void requireClasses(Path source, String what, Question question)
            throws IOException {
        if (!question.mayBe(Tasks.USUAL)) {
            throw new IOException(
                    source
                            + ": "
                            + what
                            + " one label an image; for the task "
                            + question.task()
                            + " name a CSV"
                            + (question.isForLabels() ? ", or JSON as COCO has it" : ""));
        }
    }

    /**
     * Tells the layout by the files that are there, for whatever they say.
     *
     * @param source a folder, or a list
     * @return the layout
     * @throws IOException as the other one does
     */
    public static DataLayout of(Path source) throws IOException {
        return of(source, Question.ANY);
    }

    /**
     * Tells the layout by the files that are there: VTAB-1k's lists, COCO's JSON, FGVC's, CSV, in
     * this order, else a folder of images.
     *
     * @param source a folder, or a list
     * @param question what it is read for
     * @return the layout
     * @throws IOException if the folder is unreadable, holds several lists of which none is {@code
     *     train.csv}, two for one part, or a table that looks like a list and is not understood
     */
    public static DataLayout of(Path source, Question question) throws IOException {
        if (VtabLists.matches(source)) {
            return VTAB_LISTS;
        }
        if (CocoJson.matches(source)) {
            return COCO_JSON;
        }
        if (FgvcJson.matches(source)) {
            return FGVC_JSON;
        }
        return CsvLists.matches(source, question) ? CSV : IMAGE_FOLDER;
    }

    /**
     * Lists a data set in its three parts; listed images lie {@linkplain ListedPaths#IN_FOLDER in
     * the folder}.
     *
     * @param source the folder, or a list
     * @param seed of the cut
     * @return train, validation and test; test may be empty
     * @throws IOException as the other one does
     */
    public ImageSplits splits(Path source, long seed) throws IOException {
        return splits(source, seed, ListedPaths.IN_FOLDER);
    }

    /**
     * Lists a data set in its three parts, for whatever it says.
     *
     * @param source the folder, or a list
     * @param seed of the cut
     * @param allowed where the images of lists may lie
     * @return train, validation and test; test may be empty
     * @throws IOException as the other one does
     */
    public ImageSplits splits(Path source, long seed, ListedPaths allowed) throws IOException {
        return splits(source, seed, allowed, Question.ANY);
    }

    /**
     * Lists a data set in its three parts. Validation images that are missing are cut off the
     * training images, stratified, by the seed; see the layouts for what is done without test
     * images.
     *
     * @param source the folder, or a list
     * @param seed of the cut
     * @param allowed where the images of lists may lie; without meaning for class folders
     * @param question what it is read for
     * @return train, validation and test; test may be empty
     * @throws IOException if the data set is not laid out so, a line of a list is wrong, a listed
     *     image is missing, or there is nothing to train or validate on
     */
    public abstract ImageSplits splits(
            Path source, long seed, ListedPaths allowed, Question question) throws IOException;
}
