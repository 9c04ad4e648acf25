package io.github.rlrr.examples.run;

import ai.djl.Device;
import ai.djl.nn.Block;
import io.github.rlrr.task.ClassificationFigures;
import io.github.rlrr.task.Classified;
import io.github.rlrr.task.RejectThreshold;
import io.github.rlrr.vit.data.ImageDataset;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Chooses from which probability on answers are trusted, and says what that gives. */
public final class Threshold {

    private static final int BATCH = 32;

    private Threshold() {}

    /**
     * Looks at the validation images.
     *
     * @param accuracy the share of the accepted ones that is to be right
     * @return the threshold; 0, which accepts every answer, where there is none
     */
    public static double choose(
            Block classifier,
            ImageDataset validation,
            double accuracy,
            Device device,
            PrintWriter print) {
        List<Classified> examples = new ArrayList<>();
        ClassificationFigures.of(classifier, validation, BATCH, device, examples::add);
        Optional<RejectThreshold> chosen = RejectThreshold.choose(examples, accuracy);
        if (chosen.isEmpty()) {
            print.printf(
                    Locale.ROOT,
                    "no threshold makes %.1f %% of the accepted validation images right; none is"
                            + " set%n",
                    100 * accuracy);
            return 0;
        }
        RejectThreshold found = chosen.get();
        print.printf(
                Locale.ROOT,
                "threshold %.4f accepts %.1f %% of the validation images, %.1f %% of them right%n",
                found.probability(),
                100 * found.coverage(),
                100 * found.accuracy());
        return found.probability();
    }
}
