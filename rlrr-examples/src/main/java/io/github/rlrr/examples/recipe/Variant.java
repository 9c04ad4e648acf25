package io.github.rlrr.examples.recipe;

import com.google.gson.annotations.SerializedName;
import io.github.rlrr.examples.recipe.TrialResult.Figure;
import java.util.List;
import java.util.Locale;

/**
 * By which protocol a task is trained and tested, and what is searched.
 *
 * @param protocol the protocol
 * @param search what is tried on the validation images; {@link Protocol#VALIDATED} only
 */
public record Variant(Protocol protocol, SearchSpace search) {

    /** How a result comes about. */
    public enum Protocol {
        /** Trained on training and validation images, tested after every epoch, as published. */
        @SerializedName("published")
        PUBLISHED,
        /** Chosen on the validation images, trained on all, tested once. */
        @SerializedName("validated")
        VALIDATED;

        /** In lower case, as options and files spell it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Checks that the two go together.
     *
     * @throws IllegalArgumentException for a search that would choose on test images
     */
    public Variant {
        if (protocol == Protocol.PUBLISHED && !search.isEmpty()) {
            throw new IllegalArgumentException(
                    "--search chooses on the validation images, and --protocol published trains on"
                            + " them; use --protocol validated");
        }
    }

    /** The name of the folder of a seed. */
    String folder(long seed) {
        String name =
                search.isEmpty() ? protocol.toString() : "searched-" + Experiment.shortHash(search);
        return name + "-seed" + seed;
    }

    /**
     * The name of the folder of the trials by which all seeds choose.
     *
     * @return the name, that of the seeds' folders without a seed
     */
    public String searchFolder() {
        return "search-" + Experiment.shortHash(search);
    }

    /** The figures that results of this variant have. */
    List<Figure> figures() {
        return protocol == Protocol.PUBLISHED
                ? List.of(Figure.LAST_EPOCH, Figure.BEST_ON_TEST)
                : List.of(Figure.VALIDATED);
    }
}
