package io.github.rlrr.examples.spark;

import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.RgbImage;
import io.github.rlrr.vit.inference.Answer;
import io.github.rlrr.vit.inference.ImagePredictor;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;

/**
 * What a task does: paths of images in, {@link LabelRow} out, in their order. It holds one batch at
 * a time, however large the partition is. A file that is no image becomes a row that says so; a
 * fault of the model or the engine fails the task, and Spark tries it again.
 *
 * @param model the path of the model's folder
 * @param batchSize images that are computed at a time, at least 1
 */
record LabelImages(Broadcast<String> model, int batchSize)
        implements MapPartitionsFunction<String, Row> {

    @Override
    public Iterator<Row> call(Iterator<String> images) {
        ImagePredictor classifier = Classifiers.of(model.value());
        return new Iterator<>() {
            private final Queue<Row> rows = new ArrayDeque<>();

            @Override
            public boolean hasNext() {
                return !rows.isEmpty() || images.hasNext();
            }

            @Override
            public Row next() {
                if (rows.isEmpty()) {
                    rows.addAll(label(classifier, images));
                }
                return rows.remove();
            }
        };
    }

    /** Takes a batch from the images, at least one of them. */
    private List<Row> label(ImagePredictor classifier, Iterator<String> images) {
        List<String> paths = new ArrayList<>();
        List<RgbImage> sized = new ArrayList<>();
        Map<String, ImageDecodeException> faults = new HashMap<>();
        while (paths.size() < batchSize && images.hasNext()) {
            String path = images.next();
            paths.add(path);
            try {
                sized.add(classifier.prepare(ImageSource.of(Path.of(path))));
            } catch (ImageDecodeException e) {
                faults.put(path, e);
            }
        }
        Iterator<Answer> answers =
                sized.isEmpty()
                        ? Collections.emptyIterator()
                        : classifier.predictSized(sized).iterator();
        List<Row> rows = new ArrayList<>(paths.size());
        for (String path : paths) {
            ImageDecodeException fault = faults.get(path);
            rows.add(fault == null ? LabelRow.of(path, answers.next()) : LabelRow.of(path, fault));
        }
        return rows;
    }
}
