package io.github.rlrr.examples.spark;

import java.util.Iterator;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * The first attempts of one task throw when they have handed out some rows.
 *
 * @param whole what the others do
 * @param partition the task
 * @param attempts how many of its attempts throw
 * @param rows how many each of them hands out before
 */
record BreaksOff(MapPartitionsFunction<String, Row> whole, int partition, int attempts, int rows)
        implements MapPartitionsFunction<String, Row> {

    /** How often it has happened in this JVM. */
    static final AtomicInteger TIMES = new AtomicInteger();

    @Override
    public Iterator<Row> call(Iterator<String> images) throws Exception {
        Iterator<Row> answers = whole.call(images);
        TaskContext task = TaskContext.get();
        if (task.partitionId() != partition || task.attemptNumber() >= attempts) {
            return answers;
        }
        return new Iterator<>() {
            private int given;

            @Override
            public boolean hasNext() {
                return answers.hasNext();
            }

            @Override
            public Row next() {
                if (given++ == rows) {
                    TIMES.incrementAndGet();
                    throw new IllegalStateException("broken on purpose");
                }
                return answers.next();
            }
        };
    }
}
