package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchReaderTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"adapter_initial.pth", "adapter_cuda.pth"})
    void aPublishedAdapterHoldsTheBitsOfItsNpzTwin(String name) throws IOException {
        try (TensorReader pth = TensorReader.open(TestFiles.parity("tiny/" + name));
                TensorReader npz =
                        TensorReader.open(TestFiles.parity("tiny/adapter_initial.npz"))) {
            Set<String> published =
                    npz.tensors().keySet().stream()
                            .map(n -> n.replace('/', '.'))
                            .collect(Collectors.toSet());
            assertThat(pth.tensors().keySet()).isEqualTo(published).hasSize(72);
            assertThat(pth.metadata()).isEmpty();
            for (TensorInfo tensor : npz.tensors().values()) {
                String twin = tensor.name().replace('/', '.');
                assertThat(pth.tensors().get(twin).shape()).isEqualTo(tensor.shape());
                assertThat(pth.tensors().get(twin).type()).isEqualTo(TensorType.F32);
                assertThat(bits(pth.readFloats(twin)))
                        .as(twin)
                        .containsExactly(bits(npz.readFloats(tensor.name())));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "state_dict_protocol2, 7",
        "state_dict_protocol3, 7",
        "state_dict_protocol4, 7",
        "state_dict_protocol5, 7",
        "training, 7",
        "types, 10",
        "views, 16"
    })
    void whatPyTorchSavedHasTheNamesShapesAndValuesItHadThere(String name, int count)
            throws IOException {
        String prefix = name + "/";
        String before = name.equals("training") ? "module." : ""; // of DataParallel
        try (TensorReader pth = TensorReader.open(TestFiles.pth(name + ".pth"));
                TensorReader expected = TensorReader.open(TestFiles.pth("expected.npz"));
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            List<String> names =
                    expected.tensors().keySet().stream()
                            .filter(n -> n.startsWith(prefix))
                            .map(n -> before + n.substring(prefix.length()))
                            .toList();
            assertThat(pth.tensors().keySet()).containsExactlyElementsOf(names).hasSize(count);
            // Twice: the second time, the checksums are already verified.
            for (int round = 0; round < 2; round++) {
                for (String tensor : names) {
                    try (NDArray found = pth.read(tensor, manager);
                            NDArray wanted =
                                    expected.read(
                                            prefix + tensor.substring(before.length()), manager)) {
                        assertThat(found.getShape()).as(tensor).isEqualTo(wanted.getShape());
                        assertThat(found.getDataType()).as(tensor).isEqualTo(wanted.getDataType());
                        assertThat(found.toByteArray())
                                .as(tensor)
                                .containsExactly(wanted.toByteArray());
                    }
                }
            }
            assertThat(manager.getManagedArrays()).isEmpty();
        }
    }

    @Test
    void everyElementTypeIsListedAsItIsInTheFile() throws IOException {
        try (TensorReader pth = TensorReader.open(TestFiles.pth("types.pth"))) {
            assertThat(pth.tensors().values().stream().map(TensorInfo::type))
                    .containsExactlyInAnyOrder(TensorType.values());
            assertThat(pth.readFloats("bfloat16")).containsExactly(-1.5f, -1, -0.5f, 0, 0.5f, 1);
        }
    }

    @Test
    void onlyTheStorageOfTheTensorAskedForIsRead() throws IOException {
        Path file = folder.resolve("cut.pth");
        Files.copy(TestFiles.pth("views.pth"), file);
        try (TensorReader pth = TensorReader.open(file)) {
            // The directory at the end is already read, and the first storages stay whole.
            assertThat(pth.readFloats("base")).hasSize(24);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(TestFiles.find(Files.readAllBytes(file), "views/data/1", 0));
            }
            assertThat(pth.readFloats("base")).hasSize(24);
            assertThat(pth.readFloats("row")).containsExactly(4.5f, 5, 5.5f, 6, 6.5f, 7);
            assertThatThrownBy(() -> pth.readFloats("expanded"))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("tensor \"expanded\" ");
        }
    }

    @Test
    void aScalarHasNoDimensions() throws IOException {
        try (TensorReader pth = TensorReader.open(TestFiles.pth("views.pth"))) {
            assertThat(pth.tensors().get("scalar").shape()).isEqualTo(new Shape());
            assertThat(pth.readFloats("scalar_view")).containsExactly(10);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "whole_model.pth | data.pkl asks for torch.nn.modules.container.Sequential, which is",
                "list.pth        | data.pkl holds a value, expected a dictionary of tensors",
                "tensor.pth      | data.pkl holds a single tensor, expected a dictionary of tensors",
                "no_tensors.pth  | data.pkl holds no dictionary of tensors; its keys are \"epoch\"",
                "uint16.pth      | tensor \"a\" has the element type torch.uint16, expected one of",
                "complex.pth     | tensor \"a\" has the element type torch.ComplexFloatStorage",
                "negative.pth    | save it with .resolve_conj().resolve_neg()",
                "sparse.pth      | data.pkl asks for torch._utils._rebuild_sparse_tensor, which is no",
                "meta.pth        | asks for torch._utils._rebuild_meta_tensor_no_storage, which is no",
                "before_1_6.pth  | as PyTorch saved before 1.6; load it in Python and torch.save it",
                "torchscript.pt  | is a TorchScript program, expected a state dict; in Python"
            })
    void whatIsNoStateDictIsRefusedWithTheWayOut(String name, String reason) {
        Path file = TestFiles.pth(name);
        assertThatThrownBy(() -> TensorReader.open(file))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aModelAndItsMovingAverageAreListedUnderTheirKeys() throws IOException {
        try (TensorReader pth = TensorReader.open(TestFiles.pth("two_dicts.pth"))) {
            assertThat(pth.tensors().keySet())
                    .hasSize(14)
                    .contains("model.0.weight", "model_ema.0.weight");
        }
    }

    @Test
    void trainingArgumentsBesideAStateDictArePassedOver() throws IOException {
        try (TensorReader pth = TensorReader.open(TestFiles.pth("namespace.pth"))) {
            assertThat(pth.tensors().keySet()).hasSize(7).contains("0.weight");
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
