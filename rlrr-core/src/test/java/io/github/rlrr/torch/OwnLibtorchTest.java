package io.github.rlrr.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnLibtorchTest {

    @TempDir private Path packages;

    private Path libraries() throws IOException {
        return Files.createDirectories(packages.resolve("torch").resolve("lib"));
    }

    @Test
    void aLibtorchWithCudaTakesTheBindingsForCuda() throws IOException {
        Path libraries = libraries();
        assertThat(OwnLibtorch.bindings(libraries)).isEqualTo("cpu");
        Files.createFile(libraries.resolve(System.mapLibraryName("torch_cuda")));
        assertThat(OwnLibtorch.bindings(libraries)).isEqualTo("cu128");
    }

    @ParameterizedTest
    @CsvSource({
        "version.py, __version__ = '2.7.1+cu126', 2.7.1",
        "build-version, 2.11.0+cu128, 2.11.0",
        "version.py, nothing here, "
    })
    void theVersionIsReadBesideTheLibraries(String name, String text, String expected)
            throws IOException {
        Files.writeString(libraries().resolveSibling(name), text);
        assertThat(OwnLibtorch.version(libraries())).isEqualTo(Optional.ofNullable(expected));
    }

    @Test
    void cudasRuntimeIsFoundWherePythonPackagesAndTheLoaderHaveIt() throws IOException {
        Path beside = packages.resolve("nvidia").resolve("cuda_runtime").resolve("lib");
        Path searched = Files.createDirectories(packages.resolve("cuda"));
        Path empty = Files.createDirectories(packages.resolve("empty"));
        Files.createFile(Files.createDirectories(beside).resolve("libcudart.so.12"));
        Files.createFile(searched.resolve("libcudart.so.12.6"));
        assertThat(
                        OwnLibtorch.runtimes(
                                Optional.of(libraries()),
                                String.join(
                                        File.pathSeparator, empty.toString(), searched.toString())))
                .isEqualTo(beside + File.pathSeparator + searched);
        assertThat(OwnLibtorch.runtimes(Optional.empty(), null)).isEmpty();
    }
}
