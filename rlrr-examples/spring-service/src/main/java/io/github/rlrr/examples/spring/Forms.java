package io.github.rlrr.examples.spring;

import io.github.rlrr.vit.image.ImageSource;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.FileUpload;
import io.netty.handler.codec.http.multipart.HttpPostMultipartRequestDecoder;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder.ErrorDataDecoderException;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder.TooLongFormFieldException;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder.TooManyFormFieldsException;
import io.netty.handler.codec.http.multipart.InterfaceHttpData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;

/**
 * The images of a form that has come whole. Netty takes it apart, for Spring's own reader of parts
 * (6.2) leaves out a file of no bytes, and the answers would be another file's.
 */
@Component
class Forms {

    private static final int MOST_HEAD_BYTES = 10_240;

    private final ServiceSettings settings;

    Forms(ServiceSettings settings) {
        this.settings = settings;
    }

    /**
     * The parts named "file" that are files, in their order.
     *
     * @throws ResponseStatusException 400 when it is no form, 413 when something of it is too large
     */
    List<ImageSource> images(String contentType, byte[] body) {
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
        head.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        HttpPostMultipartRequestDecoder decoder = null;
        try {
            decoder =
                    new HttpPostMultipartRequestDecoder(
                            new DefaultHttpDataFactory(false),
                            head,
                            StandardCharsets.UTF_8,
                            settings.maxParts(),
                            MOST_HEAD_BYTES);
            decoder.offer(new DefaultLastHttpContent(Unpooled.wrappedBuffer(body)));
            if (decoder.currentPartialHttpData() != null) {
                throw notAForm(null);
            }
            return images(decoder.getBodyHttpDatas());
        } catch (TooManyFormFieldsException e) {
            throw Refusal.tooLarge("the form has more parts", settings.maxParts() + " (rlrr.max-parts)");
        } catch (TooLongFormFieldException e) {
            throw Refusal.tooLarge("a part's headers are too long", MOST_HEAD_BYTES + " bytes");
        } catch (ErrorDataDecoderException e) {
            throw notAForm(e);
        } finally {
            if (decoder != null) {
                decoder.destroy();
            }
        }
    }

    private List<ImageSource> images(List<InterfaceHttpData> parts) {
        List<ImageSource> images = new ArrayList<>();
        for (InterfaceHttpData part : parts) {
            if (part instanceof FileUpload file && part.getName().equals("file")) {
                String given = file.getFilename();
                String name = given.isEmpty() ? "file " + (images.size() + 1) : given;
                if (file.length() > settings.maxBytes().toBytes()) {
                    throw Refusal.tooLarge(
                            name + " has " + file.length() + " bytes",
                            settings.maxBytes().toBytes() + " (rlrr.max-bytes)");
                }
                images.add(ImageSource.of(bytes(file), name));
            }
        }
        if (images.isEmpty()) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST,
                    "the batch is empty, expected at least one part named \"file\"");
        }
        if (images.size() > settings.maxImages()) {
            throw Refusal.tooLarge(
                    "the form has " + images.size() + " images",
                    settings.maxImages() + " (rlrr.max-images)");
        }
        return images;
    }

    private static byte[] bytes(FileUpload file) {
        try {
            return file.get();
        } catch (IOException e) {
            throw new UncheckedIOException("a part in memory can be read", e);
        }
    }

    private static ResponseStatusException notAForm(@Nullable Throwable cause) {
        return new ResponseStatusException(
                HttpStatus.BAD_REQUEST,
                "the body is not the multipart form that its type says",
                cause);
    }
}
