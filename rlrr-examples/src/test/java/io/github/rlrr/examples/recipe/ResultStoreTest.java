package io.github.rlrr.examples.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.examples.recipe.TrialResult.Cost;
import io.github.rlrr.examples.recipe.TrialResult.Figure;
import io.github.rlrr.examples.recipe.Variant.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results on disk, and who may write them. */
class ResultStoreTest {

    private static final Variant VALIDATED = new Variant(Protocol.VALIDATED, SearchSpace.NONE);
    private static final HyperParameters SETTINGS = new HyperParameters(1, 0.1, 0, 0.1, 32);

    @TempDir private Path out;

    private static Experiment experiment(String method, String sha256, Map<String, String> own) {
        return new Experiment(
                "vtab", method, method + "[rank=1]", "x.npz", sha256, Map.of("height", "224"), own);
    }

    private static TrialResult result(String failure) {
        return new TrialResult(
                "dtd",
                Protocol.VALIDATED,
                "lr=0.1,0.2",
                3,
                failure,
                failure == null ? Map.of(Figure.VALIDATED, 0.5) : Map.of(),
                0,
                SETTINGS,
                new Cost(1, 2, 3),
                Map.of("java", "17"));
    }

    @Test
    void aResultComesBackAsItWasAndAFailureIsNotDone() throws IOException {
        Experiment experiment = experiment("rlrr", "aa", Map.of("lr", "0.1"));
        ResultStore store = new ResultStore(out);
        ResultStore.Slot slot = store.slot(experiment, "dtd", VALIDATED, 3);
        assertThat(slot.isDone()).isFalse();
        slot.write(result("no space left"));
        assertThat(slot.isDone()).isFalse();
        assertThat(store.results(experiment)).containsExactly(result("no space left"));
        slot.write(result(null));
        assertThat(slot.isDone()).isTrue();
        assertThat(store.results(experiment)).containsExactly(result(null));
        assertThat(store.experiments().values()).containsExactly(experiment);
    }

    @Test
    void anythingThatChangesTheNumbersChangesTheFolderAndAMovedCheckpointDoesNot() {
        Experiment one = experiment("rlrr", "aa", Map.of());
        List<Experiment> others =
                List.of(
                        experiment("linear-probe", "aa", Map.of()),
                        experiment("rlrr", "bb", Map.of()),
                        experiment("rlrr", "aa", Map.of("lr", "0.1")),
                        new Experiment(
                                "fgvc",
                                "rlrr",
                                one.adapter(),
                                "x.npz",
                                "aa",
                                one.preprocessing(),
                                Map.of()),
                        new Experiment(
                                "vtab",
                                "rlrr",
                                "rlrr[rank=2]",
                                "x.npz",
                                "aa",
                                one.preprocessing(),
                                Map.of()),
                        new Experiment(
                                "vtab",
                                "rlrr",
                                one.adapter(),
                                "x.npz",
                                "aa",
                                Map.of("height", "384"),
                                Map.of()));
        assertThat(others)
                .extracting(Experiment::key)
                .doesNotContain(one.key())
                .doesNotHaveDuplicates();
        Experiment moved =
                new Experiment(
                        "vtab",
                        "rlrr",
                        one.adapter(),
                        "/y/x.npz",
                        "aa",
                        one.preprocessing(),
                        Map.of());
        assertThat(moved.key()).isEqualTo(one.key());
        ResultStore store = new ResultStore(out);
        Variant searched = new Variant(Protocol.VALIDATED, SearchSpace.parse("lr=0.1,0.2"));
        Variant other = new Variant(Protocol.VALIDATED, SearchSpace.parse("lr=0.1,0.3"));
        Variant published = new Variant(Protocol.PUBLISHED, SearchSpace.NONE);
        assertThat(List.of(VALIDATED, searched, other, published))
                .extracting(variant -> store.slot(one, "dtd", variant, 0).folder())
                .doesNotHaveDuplicates();
    }

    @Test
    void theLogOfASearchForgetsALineThatWasCutOffAndRefusesADamagedOne() throws IOException {
        Path file = out.resolve("trials.jsonl");
        TrialLog log = TrialLog.open(file);
        log.add(new TrialLog.Entry(SETTINGS.with(Setting.EPOCHS, 2), null, null, 1, "diverged"));
        log.add(new TrialLog.Entry(SETTINGS.with(Setting.EPOCHS, 3), 0.5, 0.9, 1, null));
        log.add(new TrialLog.Entry(SETTINGS.with(Setting.EPOCHS, 4), 0.5, 0.8, 1, null));
        log.add(new TrialLog.Entry(SETTINGS.with(Setting.EPOCHS, 5), 0.4, 0.1, 1, null));
        String whole = Files.readString(file);
        Files.writeString(file, whole + "{\"settings\":{\"epo");

        TrialLog again = TrialLog.open(file);

        assertThat(Files.readString(file)).isEqualTo(whole);
        assertThat(again.entry(SETTINGS.with(Setting.EPOCHS, 2))).isPresent();
        assertThat(again.entry(SETTINGS)).isEmpty();
        assertThat(again.best().orElseThrow().settings().epochs())
                .as("of equal accuracies the lower loss")
                .isEqualTo(4);
        Files.writeString(file, "nonsense\n" + whole);
        assertThatThrownBy(() -> TrialLog.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nonsense")
                .hasMessageContaining("delete the file to search again");
    }
}
