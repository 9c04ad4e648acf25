package io.github.rlrr.examples.spring;

import io.github.rlrr.vit.image.ImageDecodeException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.reactive.result.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Refusals as problem details (RFC 9457, once 7807); those of Spring's own are, by the parent. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {

    /** The message is made for whoever sent the image: its name, what it is, what was expected. */
    @ExceptionHandler
    ProblemDetail undecodable(ImageDecodeException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, e.getMessage());
    }

    /** Spring gives no detail where nothing is at the path. */
    @Override
    protected Mono<ResponseEntity<Object>> handleResponseStatusException(
            ResponseStatusException e,
            HttpHeaders headers,
            HttpStatusCode status,
            ServerWebExchange exchange) {
        if (e.getBody().getDetail() == null) {
            e.getBody().setDetail("nothing is here; images go to POST /classify");
        }
        return super.handleResponseStatusException(e, headers, status, exchange);
    }
}
