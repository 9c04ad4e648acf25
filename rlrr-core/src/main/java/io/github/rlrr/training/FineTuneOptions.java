package io.github.rlrr.training;

import static io.github.rlrr.training.TrainingSettings.EPOCHS;
import static io.github.rlrr.training.TrainingSettings.SCHEDULE;
import static io.github.rlrr.training.TrainingSettings.STEPS;

import io.github.rlrr.data.Batching;
import io.github.rlrr.data.Mixing;
import io.github.rlrr.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a run can be told, but for its data: a value for each of {@link TrainingSettings}, and
 * the task.
 *
 * <p>Immutable. It may hold nonsense; {@link #faults} finds it, and {@code
 * FineTuner.Builder.build()} refuses it with all faults in one message.
 */
public final class FineTuneOptions {

    private static final FineTuneOptions USUAL = new FineTuneOptions(Map.of(), null);

    private final Map<Setting<?>, Object> told;
    private final @Nullable Task task;

    private FineTuneOptions(Map<Setting<?>, Object> told, @Nullable Task task) {
        this.told = told;
        this.task = task;
    }

    /**
     * Every setting at its default.
     *
     * @return the options; the task is what the training set says
     */
    public static FineTuneOptions usual() {
        return USUAL;
    }

    /**
     * What the run is told.
     *
     * @param <T> the type of its value
     * @param setting one of {@link TrainingSettings}
     * @return its value, the default where none was given
     */
    public <T> T get(Setting<T> setting) {
        Object value = told.get(setting);
        return value == null ? setting.usual() : setting.type().cast(value);
    }

    /**
     * These options with one changed.
     *
     * @param <T> the type of its value
     * @param setting one of {@link TrainingSettings}
     * @param value its value
     * @return a copy
     */
    public <T> FineTuneOptions with(Setting<T> setting, T value) {
        Map<Setting<?>, Object> changed = new LinkedHashMap<>(told);
        changed.put(setting, value);
        return new FineTuneOptions(changed, task);
    }

    /**
     * These options with another task.
     *
     * @param value what the model is asked, with the settings of its loss
     * @return a copy
     */
    public FineTuneOptions with(Task value) {
        return new FineTuneOptions(told, value);
    }

    /**
     * What the model is asked.
     *
     * @return the task; null: what the training set says
     */
    public @Nullable Task task() {
        return task;
    }

    /** How an epoch is cut into batches. */
    Batching batching() {
        Mixing mixing =
                new Mixing(
                        get(TrainingSettings.MIXUP),
                        get(TrainingSettings.CUTMIX),
                        get(TrainingSettings.CUTMIX_SHARE));
        return new Batching(
                get(TrainingSettings.BATCH_SIZE),
                get(TrainingSettings.ACCUMULATION),
                get(TrainingSettings.DROP_LAST),
                mixing,
                get(TrainingSettings.SEED));
    }

    /** The warm-up of a run of this many epochs, in epochs. */
    double warmup(double length) {
        double told = get(TrainingSettings.WARMUP);
        return told < 0 ? get(SCHEDULE).usualWarmup(length) : told;
    }

    /**
     * What is wrong with these options by themselves.
     *
     * @return one sentence each; empty when nothing is
     */
    public List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (Setting<?> setting : TrainingSettings.ALL) {
            String fault = fault(setting);
            if (fault != null && !(setting.equals(EPOCHS) && get(STEPS) > 0)) {
                faults.add(fault);
            }
        }
        if (task != null) {
            faults.addAll(task.faults());
        }
        int epochs = get(EPOCHS);
        if (get(STEPS) == 0 && epochs >= 1) {
            checkWarmup(faults, epochs, String.valueOf(epochs));
        }
        return faults;
    }

    private <T> @Nullable String fault(Setting<T> setting) {
        return setting.fault(get(setting));
    }

    /** The warm-up has to end before the run does. */
    void checkWarmup(List<String> faults, double length, String said) {
        double warmup = warmup(length);
        if (warmup >= length) {
            faults.add("warm-up of " + warmup + " epochs is not shorter than the run of " + said);
        }
        if (get(SCHEDULE) == ScheduleKind.RESTARTS && warmup > 0) {
            faults.add(
                    "warm restarts have no warm-up, but one of " + warmup + " epochs is asked for");
        }
    }
}
