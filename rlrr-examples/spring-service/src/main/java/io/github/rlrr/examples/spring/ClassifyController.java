package io.github.rlrr.examples.spring;

import io.github.rlrr.vit.image.ImageSource;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * {@code POST /classify}: an image as the body, or several as the parts of a form. No thread waits
 * for a body to come; what has come of it is in memory. The answer is a {@link Reply}, said as
 * Object: of an interface without properties Jackson denies that it can write it.
 */
@RestController
class ClassifyController {

    private final BoundedClassifier classifier;
    private final Forms forms;
    private final ServiceSettings settings;

    ClassifyController(BoundedClassifier classifier, Forms forms, ServiceSettings settings) {
        this.classifier = classifier;
        this.forms = forms;
        this.settings = settings;
    }

    /** The body is one image; refused by its length before it comes, where it says one. */
    @PostMapping(
            path = "/classify",
            consumes = {"image/*", MediaType.APPLICATION_OCTET_STREAM_VALUE})
    Mono<Object> one(ServerHttpRequest request) {
        return body(request, "the image", settings.maxBytes(), "rlrr.max-bytes")
                .flatMap(body -> answers(List.of(ImageSource.of(body, "the image"))))
                .map(answers -> answers.get(0));
    }

    /** Each part named "file" is an image; the answers are in their order. */
    @PostMapping(path = "/classify", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    Mono<List<Object>> several(
            @RequestHeader(HttpHeaders.CONTENT_TYPE) MediaType type, ServerHttpRequest request) {
        return body(request, "the form", settings.maxRequestBytes(), "rlrr.max-request-bytes")
                .publishOn(Schedulers.parallel())
                .map(body -> forms.images(type, body))
                .flatMap(this::answers);
    }

    private Mono<List<Object>> answers(List<ImageSource> images) {
        return classifier
                .classify(images)
                .map(
                        all ->
                                all.stream()
                                        .map(each -> (Object) Reply.of(each, settings.top()))
                                        .toList());
    }

    private static Mono<byte[]> body(
            ServerHttpRequest request, String what, DataSize most, String setting) {
        String limit = most.toBytes() + " (" + setting + ")";
        long length = request.getHeaders().getContentLength();
        if (length > most.toBytes()) {
            return Mono.error(Refusal.tooLarge(what + " has " + length + " bytes", limit));
        }
        // Not DataBufferUtils.join: the buffer in hand when a limit throws is given back twice.
        return request.getBody()
                .map(ClassifyController::copied)
                .collect(
                        ByteArrayOutputStream::new,
                        (whole, bytes) -> {
                            whole.writeBytes(bytes);
                            if (whole.size() > most.toBytes()) {
                                throw Refusal.tooLarge(what + " has more bytes", limit);
                            }
                        })
                .map(ByteArrayOutputStream::toByteArray);
    }

    private static byte[] copied(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }
}
