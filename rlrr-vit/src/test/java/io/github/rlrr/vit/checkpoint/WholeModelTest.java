package io.github.rlrr.vit.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.io.WholeFolder;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.inference.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A model's folder is of one model, whatever was there before. */
class WholeModelTest {

    private static final List<String> NEW = List.of("one", "two", "three");

    @TempDir private Path folder;

    private static VisionTransformer vit(int classes) throws IOException {
        return VitCheckpoint.load(TinyFiles.parity("base_google.npz")).withHead(classes);
    }

    private static AdapterMetadata metadata(VisionTransformer vit, List<String> names) {
        Preprocessing preprocessing = Preprocessing.vitDefault(vit.config().imageHeight());
        return new AdapterMetadata("", names, preprocessing.toMap());
    }

    private static void save(Path folder, VitLayout layout, List<String> names) throws IOException {
        try (VisionTransformer vit = vit(names.size())) {
            ModelFolder.save(vit, folder, layout, TensorType.F32, metadata(vit, names));
        }
    }

    static Stream<Arguments> pairs() {
        return Stream.of(VitLayout.values())
                .flatMap(
                        before ->
                                Stream.of(VitLayout.values())
                                        .map(after -> Arguments.of(before, after)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void nothingOfAnOlderLayoutIsLeft(VitLayout before, VitLayout after) throws IOException {
        Path over = folder.resolve("over");
        save(over, before, List.of("old", "older"));
        save(over, after, NEW);
        Path fresh = folder.resolve("fresh");
        save(fresh, after, NEW);

        assertThat(over.toFile().list()).containsExactlyInAnyOrder(fresh.toFile().list());
        assertThat(VitCheckpoint.describe(over)).isEqualTo(VitCheckpoint.describe(fresh));
        assertThat(VitCheckpoint.describe(over).classNames()).isEqualTo(NEW);
    }

    @ParameterizedTest
    @EnumSource
    void aHalfWrittenModelIsRefused(VitLayout layout) throws IOException {
        save(folder, layout, NEW);
        Files.writeString(folder.resolve(WholeFolder.MARK), "");
        for (Path path : List.of(folder, folder.resolve("model.safetensors"))) {
            assertThatThrownBy(() -> VitCheckpoint.load(path))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(folder + " is half written");
        }
        save(folder, layout, NEW);
        assertThat(VitCheckpoint.describe(folder).classNames()).isEqualTo(NEW);
    }

    @Test
    void aHalfWrittenAdapterIsRefused() throws IOException {
        Files.writeString(folder.resolve(WholeFolder.MARK), "");
        assertThatThrownBy(() -> AdapterFolder.describe(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder + " is half written");
    }

    @Test
    void weightsThatAreNotOursAreNeitherDeletedNorReadAsPartOfTheModel() throws IOException {
        Path theirs = Files.writeString(folder.resolve("pytorch_model.bin"), "weights");
        assertThatThrownBy(() -> save(folder, VitLayout.GOOGLE, NEW))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds the weights pytorch_model.bin, which would be read");
        assertThat(theirs).hasContent("weights");
        assertThat(folder.toFile().list()).containsExactly("pytorch_model.bin");
    }
}
