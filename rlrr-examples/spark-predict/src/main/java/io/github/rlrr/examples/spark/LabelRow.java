package io.github.rlrr.examples.spark;

import io.github.rlrr.task.Tasks;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.inference.Answer;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** What is written of an image: its label, or why it has none. */
final class LabelRow {

    static final String ERROR = "error";

    static final StructType SCHEMA =
            new StructType()
                    .add("image", DataTypes.StringType, false)
                    .add("label", DataTypes.StringType)
                    .add("probability", DataTypes.DoubleType)
                    .add("accepted", DataTypes.BooleanType)
                    .add(ERROR, DataTypes.StringType);

    /**
     * RFC 4180, which Spark's defaults are not: they escape quotes with backslashes, trim fields,
     * and read no line break within one.
     */
    static final Map<String, String> CSV =
            Map.of(
                    "header", "true",
                    "escape", "\"",
                    "ignoreLeadingWhiteSpace", "false",
                    "ignoreTrailingWhiteSpace", "false",
                    "multiLine", "true");

    /**
     * For writing alone: a reader finds it out. Spark warns of two characters; what it means is
     * that an LF within a field becomes CR LF too.
     */
    static final String LINE_SEPARATOR = "\r\n";

    private LabelRow() {}

    /** One label with its probability, or several with {@code |} between them and none. */
    static Row of(String image, Answer answer) {
        boolean oneLabel = answer.task().name().equals(Tasks.USUAL);
        return RowFactory.create(
                image,
                String.join("|", answer.labels()),
                oneLabel ? answer.ranked().get(0).probability() : null,
                answer.accepted(),
                null);
    }

    static Row of(String image, ImageDecodeException fault) {
        return RowFactory.create(image, null, null, null, fault.getMessage());
    }
}
