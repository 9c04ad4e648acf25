package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorInfo;
import java.util.Locale;
import java.util.regex.Pattern;

/** Tensors that trainings save and that no classifier computes with, known by their names. */
final class Extras {

    /** Of any module: counters and tables that say nothing, a token of masked images. */
    private static final Pattern ANYWHERE =
            Pattern.compile(
                    "(.*[./])?(num_batches_tracked|position_ids|total_ops|total_params|_extra_state"
                            + "|mask_token|n_averaged|num_updates)");

    /** Of the model's top: what pretraining rebuilds images with, losses, metrics, optimizers. */
    private static final Pattern TOP =
            Pattern.compile(
                    "decoder(_\\w+)?([./].*)?"
                            // Of models of images and texts: what is for texts, and for comparing.
                            + "|text_model[./].*|text_projection[./].*"
                            + "|((optim|optimi[sz]er|scheduler|lr_scheduler|scaler|grad_scaler)(_\\w+)?"
                            + "|criterion|criteria|\\w*loss(_\\w+)?|metrics?|\\w+_metrics?"
                            + "|(train|val|valid|validation|test)_\\w+|opt/state)[./].*");

    /** A single number of such a name may scale what the network computes. */
    private static final Pattern FACTOR =
            Pattern.compile(".*(scale|temp|gamma|alpha|beta|lambda|gate|weight|bias|tau|norm).*");

    /** What stands behind the class token, in a file whose model has no head of its own. */
    private static final Pattern HEAD =
            Pattern.compile(
                    "([\\w]+[./])*?((\\w+_)?(head|heads|classifier|fc|linear|logits|predictor|projector"
                            + "|projection|prototypes?)(_\\w+)?|\\d+)[./].*|queue(_\\w+)?");

    private Extras() {}

    /**
     * Whether a tensor may be left out.
     *
     * @param name without what stands before the model's names, where it is inside of the model
     * @param inside whether it is
     */
    static boolean isOne(String name, TensorInfo info, boolean inside) {
        if (ANYWHERE.matcher(name).matches() || TOP.matcher(name).matches()) {
            return true;
        }
        // A step, an epoch, a best accuracy; in the model's modules such a number may be a gate.
        boolean loose = !inside || (name.indexOf('.') < 0 && name.indexOf('/') < 0);
        return loose
                && info.elementCount() == 1
                && info.shape().dimension() <= 1
                && !FACTOR.matcher(name.toLowerCase(Locale.ROOT)).matches();
    }

    /** Whether a tensor beside a model without head belongs to some head. */
    static boolean isHead(String name) {
        return !Unsupported.isSign(name) && HEAD.matcher(name).matches();
    }
}
