package io.github.rlrr.examples.spring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;

/** What is wrong with a request before Spring sees it, in the form of Spring's own answers. */
@Component
class ProtocolProblems {

    private static final Pattern HOST =
            Pattern.compile("(\\[[0-9a-fA-F:.]+]|[\\w.~%!$&'()*+,;=-]*)(:\\d{1,5})?");

    private final ServiceSettings settings;
    private final ServerProperties server;
    private final ObjectMapper json;

    ProtocolProblems(ServiceSettings settings, ServerProperties server, ObjectMapper json) {
        this.settings = settings;
        this.server = server;
        this.json = json;
    }

    /** The head is no HTTP/1.1, or promises what is not taken; null where it is fine. */
    @Nullable ProblemDetail ofHead(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return ofFault(request.decoderResult().cause());
        }
        HttpVersion version = request.protocolVersion();
        if (version.majorVersion() != 1) {
            return problem(
                    HttpStatus.HTTP_VERSION_NOT_SUPPORTED, version + ", expected HTTP/1.1");
        }
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1
                || (hosts.isEmpty() && version.minorVersion() > 0)
                || !hosts.stream().allMatch(host -> HOST.matcher(host).matches())) {
            return problem(
                    HttpStatus.BAD_REQUEST, hosts.size() + " Host headers, expected one, a host");
        }
        if (!isUri(request.uri())) {
            return problem(HttpStatus.BAD_REQUEST, "the target of the request is no URI");
        }
        String coding = request.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
        if (coding != null && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding)) {
            return problem(
                    HttpStatus.NOT_IMPLEMENTED, "a Transfer-Encoding, expected none or chunked");
        }
        return ofLength(HttpUtil.getContentLength(request, 0L));
    }

    private ProblemDetail ofFault(Throwable fault) {
        if (fault instanceof TooLongHttpLineException) {
            return problem(
                    HttpStatus.URI_TOO_LONG,
                    "the request line is too long, expected at most "
                            + server.getNetty().getMaxInitialLineLength().toBytes()
                            + " bytes (server.netty.max-initial-line-length)");
        }
        if (fault instanceof TooLongHttpHeaderException) {
            return problem(
                    HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "the headers are too long, expected at most "
                            + server.getMaxHttpRequestHeaderSize().toBytes()
                            + " bytes (server.max-http-request-header-size)");
        }
        return problem(HttpStatus.BAD_REQUEST, "the head of the request is not HTTP/1.1");
    }

    private static boolean isUri(String target) {
        try {
            new URI(target);
            return true;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** The body has, or will have, more bytes than a request may; null where it has not. */
    @Nullable ProblemDetail ofLength(long bytes) {
        long most = settings.maxRequestBytes().toBytes();
        return bytes <= most
                ? null
                : problem(
                        HttpStatus.PAYLOAD_TOO_LARGE,
                        "the request has "
                                + bytes
                                + " bytes or more, expected at most "
                                + most
                                + " (rlrr.max-request-bytes)");
    }

    ProblemDetail brokenBody() {
        return problem(HttpStatus.BAD_REQUEST, "the chunks of the body are not HTTP/1.1");
    }

    ProblemDetail tooSlow() {
        return problem(
                HttpStatus.REQUEST_TIMEOUT,
                "the body was not whole within "
                        + settings.requestTimeout().toMillis()
                        + " ms (rlrr.request-timeout)");
    }

    ProblemDetail noRoom() {
        return problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "busy: this request took longest to arrive, and others need its place; try later");
    }

    private static ProblemDetail problem(HttpStatus status, String detail) {
        return ProblemDetail.forStatusAndDetail(status, detail);
    }

    byte[] json(ProblemDetail problem, String target) {
        if (target.startsWith("/") && isUri(target)) {
            problem.setInstance(URI.create(target.split("\\?", 2)[0]));
        }
        try {
            return json.writeValueAsBytes(problem);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem is always JSON", e);
        }
    }
}
