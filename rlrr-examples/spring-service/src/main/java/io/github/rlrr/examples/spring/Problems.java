package io.github.rlrr.examples.spring;

import io.github.rlrr.vit.image.ImageDecodeException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Refusals as problem details (RFC 9457, once 7807); those of Spring's own are, by the parent. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {

    /** The message is made for whoever sent the image: its name, what it is, what was expected. */
    @ExceptionHandler
    ProblemDetail undecodable(ImageDecodeException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, e.getMessage());
    }

    /** No fault of theirs; the process goes on. */
    @ExceptionHandler
    ProblemDetail fullHeap(OutOfMemoryError e) {
        logger.error("the heap is too small for rlrr.max-pixels and rlrr.forwards", e);
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE, "out of memory; try later");
    }

    /** Not a form; one that is too large is the parent's, 413. */
    @ExceptionHandler
    ProblemDetail notAForm(MultipartException e) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST, "the body is not the multipart form that its type says");
    }
}
