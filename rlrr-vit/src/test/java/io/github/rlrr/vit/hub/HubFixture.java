package io.github.rlrr.vit.hub;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** A real checkpoint on a fake hub, and what its listener hears. */
final class HubFixture implements AutoCloseable, HubListener {

    static final HubName NAME = HubName.parse("hf:someone/tiny-vit");
    static final HubName TIMM = HubName.parse("timm:tiny_vit.test");
    static final byte[] CONFIG =
            "{\"model_type\": \"vit\", \"num_attention_heads\": 8}\n"
                    .getBytes(StandardCharsets.UTF_8);

    final FakeHub server = new FakeHub();
    final byte[] weights;
    final List<String> notes = Collections.synchronizedList(new ArrayList<>());
    final List<Long> progress = Collections.synchronizedList(new ArrayList<>());
    private final Path cache;

    HubFixture(Path cache) throws IOException {
        this.cache = cache;
        weights = Files.readAllBytes(resource("base_huggingface.safetensors"));
        server.files.put("someone/tiny-vit/model.safetensors", weights);
        server.files.put("someone/tiny-vit/config.json", CONFIG);
    }

    static Path resource(String name) {
        try {
            return Path.of(
                    Objects.requireNonNull(HubFixture.class.getResource("/parity/tiny/" + name))
                            .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    HubSettings settings() {
        return HubSettings.from(java.util.Map.of(), System::getProperty)
                .withEndpoint(server.endpoint())
                .withCache(cache)
                .withPatience(4, Duration.ofSeconds(20), Duration.ofMillis(1));
    }

    Hub hub() {
        return new Hub(settings());
    }

    HubModel fetch() throws IOException {
        return hub().fetch(NAME, this);
    }

    /** Where the weights go, and their part with {@code .part} appended. */
    Path target() {
        return cache.resolve("hf")
                .resolve("someone--tiny-vit")
                .resolve(FakeHub.COMMIT)
                .resolve("model.safetensors");
    }

    Path part() {
        return target().resolveSibling("model.safetensors.part");
    }

    @Override
    public void onNote(String line) {
        notes.add(line);
    }

    @Override
    public void onProgress(String file, long bytes, long total) {
        if (file.equals("model.safetensors")) {
            progress.add(bytes);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
