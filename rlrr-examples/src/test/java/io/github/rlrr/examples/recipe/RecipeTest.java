package io.github.rlrr.examples.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.github.rlrr.training.LearningRateSchedule;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The published numbers, and what is made of them. */
class RecipeTest {

    @Test
    void vtabHas19TasksAndThePapersMeansOfTwoKinds() throws IOException {
        Recipe vtab = Recipe.vtab();
        assertThat(vtab.tasks()).hasSize(19);
        assertThat(vtab.groups().keySet()).containsExactly("natural", "specialized", "structured");
        ResultTable table = ResultTable.of("t", vtab, List.of());
        // As printed in the paper, to one digit: 74.5 and 75.1 of tasks; 76.75 and 77.5 of groups.
        assertThat(published(table, "mean of 19 tasks", "ViT-B/16")).isCloseTo(74.5, offset(0.05));
        assertThat(published(table, "mean of 19 tasks", "ViT-B/16 AugReg"))
                .isCloseTo(75.1, offset(0.05));
        assertThat(published(table, "mean of 3 groups", "ViT-B/16")).isCloseTo(76.75, offset(0.01));
        assertThat(published(table, "mean of 3 groups", "ViT-B/16 AugReg"))
                .isCloseTo(77.5, offset(0.05));
    }

    private static double published(ResultTable table, String row, String backbone) {
        return table.rows().stream()
                .filter(r -> r.name().equals(row))
                .findFirst()
                .orElseThrow()
                .published()
                .get(backbone);
    }

    @Test
    void aTaskHasWhatItsLineSays() throws IOException {
        BenchmarkTask kitti = Recipe.vtab().select(List.of("kitti")).tasks().get(0);
        assertThat(kitti.settings()).isEqualTo(new HyperParameters(110, 0.003, 0.3, 0.05, 32));
        assertThat(kitti.flip()).isTrue();
        assertThat(List.of(kitti.classes(), kitti.trainImages(), kitti.testImages()))
                .containsExactly(4, 800, 711);
        assertThat(kitti.published()).containsEntry("ViT-B/16", 82.1).containsEntry("Swin-B", 84.1);
        BenchmarkTask birds = Recipe.fgvc(false).select(List.of("NABirds")).tasks().get(0);
        assertThat(birds.settings()).isEqualTo(new HyperParameters(60, 5e-4, 0.3, 0.05, 32));
        assertThat(birds.dropLast()).isTrue();
        assertThat(birds.validationImages()).isEqualTo(2393);
    }

    @Test
    void theScheduleOfVtabIsLateAndEndsAtTheFloor() {
        LearningRateSchedule schedule = Regime.VTAB.schedule(0.01, 110);
        assertThat(schedule.rate(0)).isEqualTo(1e-7);
        assertThat(schedule.rate(1.9)).isEqualTo(1e-7);
        assertThat(schedule.rate(2)).isCloseTo(1e-7 + (0.01 - 1e-7) / 10, offset(1e-12));
        assertThat(schedule.rate(11)).isCloseTo(0.00976, offset(5e-6));
        assertThat(schedule.rate(101)).isEqualTo(1e-8);
        assertThat(schedule.rate(109)).isEqualTo(1e-8);
    }

    @Test
    void restartsAreForCubAndDogsAloneUnlessAugmented() throws IOException {
        assertThat(
                        Recipe.fgvc(false).tasks().stream()
                                .filter(task -> task.regime().restartEpochs() > 0)
                                .map(BenchmarkTask::name))
                .containsExactly("CUB_200_2011", "StanfordDogs");
        LearningRateSchedule dogs = Regime.fgvc("StanfordDogs", false).schedule(1, 60);
        // An epoch late: the cycles of 5 begin in epochs 1, 6, 11 …
        assertThat(dogs.rate(0)).isEqualTo(1);
        assertThat(dogs.rate(3)).isCloseTo(0.5 * (1 + Math.cos(Math.PI * 2 / 5)), offset(1e-12));
        assertThat(dogs.rate(5)).isCloseTo(0.5 * (1 + Math.cos(Math.PI * 4 / 5)), offset(1e-12));
        assertThat(dogs.rate(6)).isEqualTo(1);
        assertThat(dogs.rate(56)).isEqualTo(1);
        LearningRateSchedule cars = Regime.fgvc("StanfordCars", false).schedule(1, 60);
        assertThat(cars.rate(1)).isEqualTo(1e-7);
        assertThat(cars.rate(51)).isEqualTo(1e-8);
        assertThat(cars.rate(26)).isCloseTo(0.5 * (1 + Math.cos(Math.PI * 25 / 50)), offset(1e-6));
        Regime augmented = Regime.fgvc("StanfordCars", true);
        assertThat(augmented.epochs()).isEqualTo(110);
        // Cycles of 10, 20 and 40 epochs: restarts at 10, 30 and 70, each an epoch late.
        for (int restart : new int[] {11, 31, 71}) {
            assertThat(augmented.schedule(1, 110).rate(restart)).isEqualTo(1);
            assertThat(augmented.schedule(1, 110).rate(restart - 1)).isLessThan(0.03);
        }
        assertThat(List.of(augmented.mixup(), augmented.cutmix(), augmented.emaDecay()))
                .containsExactly(0.8, 1.0, 0.9998);
    }

    @Test
    void imagesAreSquashedForVtabAndTheirCentreIsCutOutForFgvc() throws IOException {
        Preprocessing like = Preprocessing.vitDefault(224);
        assertThat(Recipe.vtab().preprocessing(like))
                .isEqualTo(like.withSixteenBit(SixteenBit.CLIP));
        Preprocessing fgvc = Recipe.fgvc(false).preprocessing(like);
        assertThat(fgvc.interpolation()).isEqualTo(Interpolation.BILINEAR);
        assertThat(fgvc.crop().mode()).isEqualTo(Crop.Mode.SQUASH);
        assertThat(fgvc.crop().resized(224)).isEqualTo(256);
    }

    @Test
    void trainingImagesAreFlippedAsTheTaskHasItAndCroppedAtRandomForFgvcAlone() throws IOException {
        Recipe vtab = Recipe.vtab();
        Recipe fgvc = Recipe.fgvc(false);
        BenchmarkTask cifar = vtab.tasks().get(0);
        BenchmarkTask dtd = vtab.tasks().get(2);
        assertThat(vtab.augmentation(cifar)).isEqualTo(Augmentation.NONE);
        assertThat(vtab.augmentation(dtd)).hasToString("flip");
        assertThat(fgvc.augmentation(fgvc.tasks().get(0))).hasToString("random-crop,flip");
    }

    @Test
    void aTableOfNumbersIsReadStrictly() {
        String text =
                """
                folder,classes,learning_rate,dropout,weight_decay,batch_size,flag,published_vit_b16
                a,ten,-1,2,0.1,32,true,200
                a,1,0.1,0,0.1,32,true
                """;
        RecipeCsv csv = RecipeCsv.parse("x.csv", text);
        RecipeCsv.Row row = csv.rows().get(0);
        row.whole("classes");
        row.settings(1);
        row.published();
        assertThatThrownBy(() -> csv.checked(List.of()))
                .hasMessageStartingWith("x.csv: line 3: 7 columns, expected 8; ")
                .hasMessageContaining("line 2: classes is \"ten\", expected a number")
                .hasMessageContaining("line 2: learning_rate is \"-1\"")
                .hasMessageContaining("line 2: dropout is 2, expected 0 or more and less than 1")
                .hasMessageContaining("line 2: published_vit_b16 is 200.0, expected percent");
    }

    @Test
    void aSearchIsReadWithItsCommasAndRefusedWithAllItsFaults() {
        SearchSpace search = SearchSpace.parse("dropout=0,0.1; lr=0.001,0.003");
        assertThat(search).hasToString("lr=0.001,0.003,dropout=0,0.1");
        HyperParameters base = new HyperParameters(1, 1, 1, 0.5, 8);
        assertThat(search.combinations(base))
                .containsExactly(
                        new HyperParameters(1, 0.001, 0, 0.5, 8),
                        new HyperParameters(1, 0.001, 0.1, 0.5, 8),
                        new HyperParameters(1, 0.003, 0, 0.5, 8),
                        new HyperParameters(1, 0.003, 0.1, 0.5, 8));
        assertThatThrownBy(() -> SearchSpace.parse("lr=0,1,1,epochs=1.5"))
                .hasMessageContaining("lr is 0, expected more than 1e-7")
                .hasMessageContaining("lr has the values [0.0, 1.0, 1.0], expected each once")
                .hasMessageContaining("epochs is 1.5, expected a whole number");
        for (String bad : List.of("", "0.1", "lr=", "lr=1,lr=2", "lr=0.1,,0.2")) {
            assertThatThrownBy(() -> SearchSpace.parse(bad))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected such as lr=0.001,0.003,dropout=0,0.1");
        }
    }
}
