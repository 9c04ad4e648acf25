package io.github.rlrr.examples.spring;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** A request of which something is too large: what it was, and the most that is taken. */
final class Refusal {

    private Refusal() {}

    static ResponseStatusException tooLarge(String found, String most) {
        return new ResponseStatusException(
                HttpStatus.PAYLOAD_TOO_LARGE, found + ", expected at most " + most);
    }
}
