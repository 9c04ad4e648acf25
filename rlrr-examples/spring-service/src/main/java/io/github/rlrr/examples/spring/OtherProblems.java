package io.github.rlrr.examples.spring;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;
import reactor.core.publisher.Mono;

/** What {@link Problems} does not see, in the same form; before Spring Boot's own would answer. */
@Component
@Order(-2)
class OtherProblems implements WebExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(OtherProblems.class);

    private final ProtocolProblems problems;

    OtherProblems(ProtocolProblems problems) {
        this.problems = problems;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable fault) {
        ServerHttpResponse response = exchange.getResponse();
        if (DisconnectedClientHelper.isClientDisconnectedException(fault)) {
            return Mono.empty(); // HangUps has counted it
        }
        if (response.isCommitted()) {
            return Mono.error(fault);
        }
        ProblemDetail problem =
                fault instanceof ErrorResponse refusal ? refusal.getBody() : unexpected(fault);
        response.setRawStatusCode(problem.getStatus());
        response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        String path = exchange.getRequest().getPath().value();
        return response.writeWith(
                Mono.fromSupplier(
                        () -> response.bufferFactory().wrap(problems.json(problem, path))));
    }

    private static ProblemDetail unexpected(Throwable fault) {
        LOG.error("a request failed", fault);
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.INTERNAL_SERVER_ERROR, "the service failed; its log says why");
    }
}
