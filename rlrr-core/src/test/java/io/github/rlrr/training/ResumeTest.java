package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonParser;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that stops at any step and is started again gives what it would have given. */
class ResumeTest {

    private static final int EPOCHS = 5;

    @TempDir Path folder;

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    /** What a run gives, its times left out. */
    private record Outcome(Map<String, List<Integer>> values, List<String> epochs, int kept) {
        static Outcome of(AdaptedBlock adapted, FineTuneResult result) {
            List<String> epochs = new ArrayList<>();
            for (EpochMetrics m : result.epochs()) {
                epochs.add(
                        List.of(
                                        m.epoch(),
                                        m.learningRate(),
                                        m.trainLoss(),
                                        m.train().value("accuracy"),
                                        m.validationLoss(),
                                        m.validation().value("accuracy"))
                                .toString());
            }
            return new Outcome(Fixtures.trainedBits(adapted), epochs, result.keptEpoch());
        }
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static FineTuneListener dyingAt(long step) {
        return new FineTuneListener() {
            @Override
            public void onStep(StepProgress progress) {
                if (progress.step() == step) {
                    throw new Killed();
                }
            }
        };
    }

    private Outcome whole() {
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            return Outcome.of(adapted, run(adapted, folder.resolve("whole")).build().fit());
        }
    }

    private static FineTuner.Builder run(AdaptedBlock adapted, Path state) {
        return ResumableRun.builder(adapted, state, EPOCHS);
    }

    /** Starts the run with a fresh adapter and lets it die. */
    private void dieAt(long step, Path state) {
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            FineTuner tuner = run(adapted, state).listener(dyingAt(step)).build();
            assertThatThrownBy(tuner::fit).isInstanceOf(Killed.class);
        }
    }

    private Outcome finish(Path state) {
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            return Outcome.of(adapted, run(adapted, state).build().fit());
        }
    }

    private static List<String> states(Path state) throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatARunWasToldIsReadBeforeItGoesOn() throws IOException {
        Path state = folder.resolve("state");
        assertThat(FineTuner.recorded(state, "precision")).isEmpty();
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            FineTuner tuner =
                    run(adapted, state)
                            .state(state, Map.of("precision", "bfloat16"))
                            .listener(dyingAt(14))
                            .build();
            assertThatThrownBy(tuner::fit).isInstanceOf(Killed.class);
        }
        assertThat(FineTuner.recorded(state, "precision")).contains("bfloat16");
        assertThat(FineTuner.recorded(state, "dropout")).isEmpty();
    }

    @Test
    void aRunThatDiesAgainAndAgainEndsAsOneThatDoesNot() {
        Path state = folder.resolve("state");
        // 7 steps an epoch, 35 in all, some of them within an epoch and some at its end.
        for (long step : new long[] {3, 6, 7, 8, 14, 19, 20, 28, 34, 35}) {
            dieAt(step, state);
        }
        assertThat(finish(state)).isEqualTo(whole());
    }

    @Test
    void aRunThatIsAskedToStopGoesOnFromThatVeryStep() {
        Path state = folder.resolve("state");
        int[] asked = new int[1];
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            // Asked before every step: stops with two steps done that no reading has covered.
            FineTuneResult result =
                    run(adapted, state).stopWhen(() -> ++asked[0] == 10).build().fit();
            assertThat(result.steps()).isEqualTo(9);
        }
        List<Long> first = new ArrayList<>();
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            FineTuneListener listener =
                    new FineTuneListener() {
                        @Override
                        public void onContinue(long step, List<EpochMetrics> epochs) {
                            first.add(step);
                            first.add((long) epochs.size());
                        }
                    };
            FineTuneResult result = run(adapted, state).listener(listener).build().fit();
            assertThat(Outcome.of(adapted, result)).isEqualTo(whole());
        }
        assertThat(first).containsExactly(9L, 1L);
    }

    @Test
    void aFinishedRunThatIsStartedAgainTrainsNothingAndGivesTheSame() {
        Outcome whole = whole();
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            FineTuner tuner = run(adapted, folder.resolve("whole")).listener(dyingAt(1)).build();
            FineTuneResult result = tuner.fit();
            assertThat(result.steps()).isEqualTo(35);
            assertThat(Outcome.of(adapted, result)).isEqualTo(whole);
        }
    }

    @Test
    void theLastTwoStatesAreKept() throws IOException {
        Path state = folder.resolve("state");
        dieAt(16, state);
        assertThat(states(state))
                .containsExactly(
                        "step-12.safetensors",
                        "step-12.sha256",
                        "step-14.safetensors",
                        "step-14.sha256");
    }

    @Test
    void aDamagedNewestStateFallsBackToTheOneBefore() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        Outcome whole = whole();
        Path died = folder.resolve("died");
        dieAt(16, died);
        for (int i = 0; i < 12; i++) {
            Path state = Files.createDirectory(folder.resolve("state" + i));
            for (String name : states(died)) {
                Files.copy(died.resolve(name), state.resolve(name));
            }
            Path newest = state.resolve(i % 3 == 0 ? "step-14.sha256" : "step-14.safetensors");
            byte[] bytes = Files.readAllBytes(newest);
            if (i % 2 == 0) {
                bytes[random.nextInt(bytes.length)] ^= 1;
                Files.write(newest, bytes);
            } else {
                Files.write(newest, java.util.Arrays.copyOf(bytes, random.nextInt(60)));
            }
            assertThat(finish(state)).describedAs("damage %d", i).isEqualTo(whole);
        }
    }

    @Test
    void aStateThatWasNotWrittenToItsEndIsPassedOver() throws IOException {
        Path state = folder.resolve("state");
        dieAt(16, state);
        Files.delete(state.resolve("step-12.sha256"));
        Files.delete(state.resolve("step-14.sha256"));
        Files.writeString(state.resolve(".rlrr-left.tmp"), "half a state");
        // None is left: the run begins anew.
        assertThat(finish(state)).isEqualTo(whole());
        assertThat(states(state)).noneMatch(name -> name.endsWith(".tmp"));
    }

    @Test
    void aFolderWhoseStatesAreAllDamagedIsRefused() throws IOException {
        Path state = folder.resolve("state");
        dieAt(16, state);
        Files.writeString(state.resolve("step-12.safetensors"), "no");
        Files.writeString(state.resolve("step-14.safetensors"), "no");
        assertThatThrownBy(() -> finish(state))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("damaged; delete the folder to begin again");
    }

    @Test
    void anotherRunsStateIsRefusedWithAllThatDiffers() {
        Path state = folder.resolve("state");
        dieAt(16, state);
        Fixtures.Alive before = Fixtures.alive();
        try (AdaptedBlock adapted = ResumableRun.adapted(manager)) {
            FineTuner tuner = run(adapted, state).learningRate(0.5).seed(8).emaDecay(0).build();
            assertThatThrownBy(tuner::fit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("learningRate was 0.01, now 0.5")
                    .hasMessageContaining("seed was 7, now 8")
                    .hasMessageContaining("delete the folder to begin again");
        }
        // The base of the second adapter is what the first left as well.
        assertThat(Fixtures.alive().managers()).isEqualTo(before.managers());
    }

    @Test
    void twoRunsDoNotShareAFolder() {
        Path state = folder.resolve("state");
        try (StateFolder held = new StateFolder(state)) {
            assertThat(held.newest()).isNull();
            assertThatThrownBy(() -> finish(state))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("is in use");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the first version wrote of {@link ResumableRun} after 14 steps. */
    private static final String POSITION =
            "{\"step\":14,\"forwards\":26,\"epochs\":[{\"epoch\":1,\"learning"
                    + "Rate\":0.009845386585758958,\"trainLoss\":1.3553194141387939,\"t"
                    + "rainAccuracy\":0.42,\"validationLoss\":1.5335007275135588,\"vali"
                    + "dationAccuracy\":0.3,\"seconds\":0.415211934,\"waited\":0.014219"
                    + "28},{\"epoch\":2,\"learningRate\":0.007918720442455588,\"trainLo"
                    + "ss\":1.334603419303894,\"trainAccuracy\":0.4,\"validationLoss\":"
                    + "1.4341436928009414,\"validationAccuracy\":0.3,\"seconds\":0.1791"
                    + "33022,\"waited\":0.002475141}],\"open\":{\"steps\":0,\"seen\":0,"
                    + "\"lossTotal\":0.0,\"correct\":0,\"seconds\":0.0,\"waited\":0.0},"
                    + "\"best\":{\"epoch\":2,\"learningRate\":0.007918720442455588,\"tr"
                    + "ainLoss\":1.334603419303894,\"trainAccuracy\":0.4,\"validationLo"
                    + "ss\":1.4341436928009414,\"validationAccuracy\":0.3,\"seconds\":0"
                    + ".179133022,\"waited\":0.002475141},\"epochsSinceBest\":0}";

    private static final String IDENTITY =
            "{\"method\":\"RlrrConfig[rank=1, form=RESIDUAL, sides=BOTH, shif"
                    + "t=true, initialisation=Initialisation[kind=KAIMING, value=0.0], "
                    + "targets=[0], scaleAndShift=[], fullyTrained=[3], seed=0]\",\"bas"
                    + "e\":\"sha256:9b9f28e10bb8ebc059ad8c5ad632dcf99bf65e328123d989049"
                    + "6353a5269586b\",\"train\":{\"examples\":50,\"shape\":\"(4)\",\"l"
                    + "abels\":\"f7814e63\",\"classes\":[\"a\",\"b\",\"c\"]},\"validati"
                    + "on\":{\"examples\":30,\"shape\":\"(4)\",\"labels\":\"36a8288b\","
                    + "\"classes\":[\"a\",\"b\",\"c\"]},\"epochs\":5,\"steps\":0,\"batc"
                    + "hSize\":4,\"accumulation\":2,\"dropLast\":false,\"learningRate\""
                    + ":0.01,\"schedule\":\"COSINE\",\"warmupEpochs\":-1.0,\"restartEpo"
                    + "chs\":10,\"restartFactor\":2,\"weightDecay\":0.05,\"clipNorm\":1"
                    + ".0,\"labelSmoothing\":0.1,\"classWeights\":[],\"mixup\":0.4,\"cu"
                    + "tmix\":0.0,\"cutmixShare\":0.5,\"emaDecay\":0.9,\"selection\":\""
                    + "BEST\",\"patience\":0,\"seed\":7}";

    @Test
    void theTextsOfAStateAreThoseOfTheFirstVersion() throws IOException {
        assertThat(RunPosition.fromJson(POSITION, SingleLabel.USUAL).toJson(SingleLabel.USUAL))
                .isEqualTo(POSITION);
        Path state = folder.resolve("state");
        dieAt(16, state);
        try (TensorReader reader = TensorReader.open(state.resolve("step-14.safetensors"))) {
            // Its keys are looked up: their order means nothing.
            assertThat(JsonParser.parseString(reader.metadata().get("run")))
                    .isEqualTo(JsonParser.parseString(IDENTITY));
        }
    }
}
