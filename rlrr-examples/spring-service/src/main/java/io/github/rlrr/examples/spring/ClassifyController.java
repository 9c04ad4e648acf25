package io.github.rlrr.examples.spring;

import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageSource;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;

/** {@code POST /classify}: an image as the body, or several as the parts of a form. */
@RestController
class ClassifyController {

    private final BoundedClassifier classifier;
    private final ServiceSettings settings;

    ClassifyController(BoundedClassifier classifier, ServiceSettings settings) {
        this.classifier = classifier;
        this.settings = settings;
    }

    /** The body is one image. */
    @PostMapping(
            path = "/classify",
            consumes = {"image/*", MediaType.APPLICATION_OCTET_STREAM_VALUE})
    Answer one(HttpServletRequest request) throws IOException {
        // Read before a turn is taken: a slow client keeps nobody else from theirs.
        byte[] body = body(request);
        return answers(List.of(ImageSource.of(body, "the image"))).get(0);
    }

    /** Each part named "file" is an image; the answers are in their order. */
    @PostMapping(path = "/classify", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    List<Answer> several(
            @RequestParam(name = "file", required = false) @Nullable List<MultipartFile> files)
            throws IOException {
        if (files == null || files.isEmpty()) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST,
                    "the batch is empty, expected at least one part named \"file\"");
        }
        if (files.size() > settings.maxImages()) {
            throw tooLarge(files.size() + " images", settings.maxImages() + " (rlrr.max-images)");
        }
        return answers(
                IntStream.range(0, files.size()).mapToObj(i -> source(files.get(i), i)).toList());
    }

    private List<Answer> answers(List<ImageSource> images) throws IOException {
        return classifier.classify(images).stream()
                .map(each -> Answer.of(each, settings.top()))
                .toList();
    }

    /** Read from the disk when it is decoded. */
    private static ImageSource source(MultipartFile file, int index) {
        String given = file.getOriginalFilename();
        String name = given == null || given.isEmpty() ? "file " + (index + 1) : given;
        return decoder -> {
            try (InputStream in = file.getInputStream()) {
                return decoder.decode(in, name);
            } catch (ImageDecodeException e) {
                throw e;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    /** Refused by what it says of its length, and where it says none, as soon as it is too long. */
    private byte[] body(HttpServletRequest request) {
        long most = settings.maxBytes().toBytes();
        if (request.getContentLengthLong() > most) {
            throw tooLarge(request.getContentLengthLong() + " bytes", most + " (rlrr.max-bytes)");
        }
        byte[] body;
        try {
            body = request.getInputStream().readNBytes(Math.toIntExact(most) + 1);
        } catch (IOException e) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST, "the body did not arrive whole", e);
        }
        if (body.length > most) {
            throw tooLarge("more bytes", most + " (rlrr.max-bytes)");
        }
        return body;
    }

    private static ResponseStatusException tooLarge(String found, String most) {
        return new ResponseStatusException(
                HttpStatus.PAYLOAD_TOO_LARGE, found + ", expected at most " + most);
    }
}
