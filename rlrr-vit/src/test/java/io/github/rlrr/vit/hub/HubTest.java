package io.github.rlrr.vit.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a hub name brings, and what the cache then gives without the network. */
class HubTest {

    @TempDir private Path cache;
    private HubFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = new HubFixture(cache);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aHuggingFaceModelIsDownloadedIntoAFolderOfItsCommitAndLoads() throws IOException {
        HubModel model = fixture.fetch();

        assertThat(model.name()).hasToString("hf:someone/tiny-vit@" + FakeHub.COMMIT);
        assertThat(model.weights()).isEqualTo(fixture.target());
        assertThat(names(model.folder())).containsExactly("config.json", "model.safetensors");
        assertThat(model.folder().resolve("config.json")).hasBinaryContent(HubFixture.CONFIG);
        assertThat(model.sha256()).isEqualTo(FakeHub.hex("SHA-256", fixture.weights));
        long size = fixture.weights.length;
        assertThat(fixture.progress).startsWith(0L).endsWith(size).isSorted();
        try (VisionTransformer vit = VitCheckpoint.load(model.weights())) {
            assertThat(vit.config().width()).isEqualTo(32);
            assertThat(vit.config().heads()).as("by the configuration beside it").isEqualTo(8);
        }
    }

    @Test
    void aTimmModelIsTheRepositoryOfThatOwner() throws IOException {
        byte[] timm = Files.readAllBytes(HubFixture.resource("base_timm.safetensors"));
        fixture.server.files.put("timm/tiny_vit.test/model.safetensors", timm);

        HubModel model = fixture.hub().fetch(HubFixture.TIMM, fixture);

        assertThat(model.folder())
                .isEqualTo(
                        cache.resolve("timm")
                                .resolve("timm--tiny_vit.test")
                                .resolve(FakeHub.COMMIT));
        try (VisionTransformer vit = VitCheckpoint.load(model.weights())) {
            assertThat(vit.config().depth()).isEqualTo(3);
        }
    }

    @Test
    void anOpenClipModelIsTakenWithItsOwnConfigurationAlone() throws IOException {
        byte[] weights = {1, 2, 3};
        byte[] said = "{\"model_cfg\": {}}".getBytes(UTF_8);
        fixture.server.files.put("a/clip/open_clip_pytorch_model.bin", weights);
        fixture.server.files.put("a/clip/open_clip_config.json", said);
        fixture.server.files.put("a/clip/preprocessor_config.json", said);
        HubModel model = fixture.hub().fetch(HubName.parse("hf-hub:a/clip"), fixture);
        assertThat(model.name()).hasToString("hf:a/clip@" + FakeHub.COMMIT);
        assertThat(model.weights())
                .hasFileName("open_clip_pytorch_model.bin")
                .hasBinaryContent(weights);
        assertThat(names(model.folder()))
                .containsExactly("open_clip_config.json", "open_clip_pytorch_model.bin");
        assertThat(fixture.hub().cached(model.name())).contains(model);

        fixture.server.files.put("a/both/open_clip_model.safetensors", weights);
        fixture.server.files.put("a/both/open_clip_pytorch_model.bin", weights);
        fixture.server.files.put("a/both/model.safetensors", fixture.weights);
        fixture.server.files.put("a/both/processor_config.json", said);
        HubModel both = fixture.hub().fetch(HubName.parse("hf:a/both"), fixture);
        assertThat(names(both.folder()))
                .containsExactly("model.safetensors", "processor_config.json");
        fixture.server.files.remove("a/both/model.safetensors");
        assertThat(fixture.hub().look(HubName.parse("hf:a/both"), fixture).file())
                .isEqualTo("open_clip_model.safetensors");
    }

    @Test
    void withoutSafetensorsThePickleIsTaken() throws IOException {
        byte[] pickle = {1, 2, 3};
        fixture.server.files.put("a/b/pytorch_model.bin", pickle);
        HubModel model = fixture.hub().fetch(HubName.parse("hf:a/b"), fixture);
        assertThat(model.weights()).hasFileName("pytorch_model.bin").hasBinaryContent(pickle);
    }

    @Test
    void weightsInSeveralFilesAreTakenWithTheListOfThem() throws IOException {
        String list =
                "{\"weight_map\": {\"a\": \"one.bin\", \"b\": \"two.bin\", \"c\": \"one.bin\"}}";
        fixture.server.files.put("a/b/pytorch_model.bin.index.json", list.getBytes(UTF_8));
        fixture.server.files.put("a/b/one.bin", new byte[] {1});
        HubName name = HubName.parse("hf:a/b");
        assertThatThrownBy(() -> fixture.hub().fetch(name, fixture))
                .hasMessageContaining("names two.bin, which the hub does not have");
        fixture.server.files.put("a/b/two.bin", new byte[] {2});
        fixture.server.files.put("a/b/three.bin", new byte[] {3});
        HubModel model = fixture.hub().fetch(name, fixture);
        assertThat(model.weights()).hasFileName("pytorch_model.bin.index.json").hasContent(list);
        assertThat(model.folder()).isDirectoryNotContaining("glob:**three.bin");
        assertThat(model.folder().resolve("two.bin")).hasBinaryContent(new byte[] {2});
        assertThat(fixture.hub().cached(name)).contains(model);
        Files.delete(model.folder().resolve("one.bin"));
        assertThat(fixture.hub().cached(name)).isEmpty();
    }

    @Test
    void theOfferTellsFileSizeAndCommitWithoutDownloading() throws IOException {
        HubOffer offer = fixture.hub().look(HubFixture.NAME, fixture);
        assertThat(offer.bytes()).isEqualTo(fixture.weights.length);
        assertThat(offer.file()).isEqualTo("model.safetensors");
        assertThat(offer.name().revision()).isEqualTo(FakeHub.COMMIT);
        assertThat(cache).isEmptyDirectory();
        assertThat(fixture.server.seen).extracting(FakeHub.Seen::method).containsOnly("HEAD");
    }

    @Test
    void theSecondFetchDownloadsNothingAndACommitAsksNothing() throws IOException {
        HubModel first = fixture.fetch();
        fixture.server.seen.clear();
        assertThat(fixture.fetch()).isEqualTo(first);
        assertThat(fixture.server.seen).extracting(FakeHub.Seen::method).containsOnly("HEAD");
        fixture.server.seen.clear();
        assertThat(fixture.hub().fetch(first.name(), fixture)).isEqualTo(first);
        assertThat(fixture.server.seen).isEmpty();
    }

    @Test
    void offlineTheCacheAnswersAndWhatItLacksIsNamed() throws IOException {
        HubModel model = fixture.fetch();
        fixture.server.seen.clear();
        Hub offline = new Hub(fixture.settings().withOffline(true));

        assertThat(offline.fetch(HubFixture.NAME, fixture)).isEqualTo(model);
        assertThat(offline.cached(HubFixture.NAME)).contains(model);
        assertThatThrownBy(() -> offline.fetch(HubFixture.TIMM, fixture))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(
                        "timm:tiny_vit.test is not in the cache", "--offline", "RLRR_OFFLINE")
                .hasMessageContaining("timm--tiny_vit.test");
        assertThatThrownBy(() -> offline.look(HubFixture.TIMM, fixture))
                .hasMessageContaining("offline mode is on");
        assertThat(fixture.server.seen).isEmpty();
    }

    @Test
    void aHubThatCannotBeReachedLeavesTheCopyOfTheCache() throws IOException {
        HubModel model = fixture.fetch();
        fixture.server.close();
        assertThat(fixture.fetch()).isEqualTo(model);
        assertThat(fixture.notes.get(fixture.notes.size() - 1))
                .contains("cannot reach", "as cached");
        assertThatThrownBy(() -> fixture.hub().fetch(HubFixture.TIMM, fixture))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("cannot reach", "(tried 4 times)", "has no copy of");
    }

    @Test
    void anIncompleteFolderIsNoHit() throws IOException {
        HubModel model = fixture.fetch();
        Files.delete(model.folder().resolve("config.json"));
        assertThat(fixture.hub().cached(HubFixture.NAME)).isEmpty();
        assertThat(fixture.fetch()).isEqualTo(model);
        assertThat(model.folder().resolve("config.json")).exists();

        Files.writeString(
                model.folder().resolveSibling(FakeHub.COMMIT + ".json"), "{\"files\": 3}");
        assertThat(fixture.hub().cached(HubFixture.NAME)).isEmpty();
        Files.writeString(
                model.folder().resolveSibling("revision-main"), "../../../../../../../../etc");
        assertThat(fixture.hub().cached(HubFixture.NAME)).isEmpty();
    }

    @Test
    void aRevisionThatMovesBringsTheNewCommitAndKeepsTheOld() throws IOException {
        HubModel old = fixture.fetch();
        String moved = "f".repeat(40);
        fixture.server.commit = moved;
        HubModel fresh = fixture.fetch();
        assertThat(fresh.name().revision()).isEqualTo(moved);
        assertThat(fixture.hub().cached(HubFixture.NAME)).contains(fresh);
        assertThat(fixture.hub().cached(old.name())).contains(old);
    }

    @Test
    void theCacheTellsItsSize() throws IOException {
        assertThat(fixture.hub().cachedBytes()).isZero();
        fixture.fetch();
        assertThat(fixture.hub().cachedBytes())
                .isGreaterThan(fixture.weights.length + HubFixture.CONFIG.length);
    }
}
