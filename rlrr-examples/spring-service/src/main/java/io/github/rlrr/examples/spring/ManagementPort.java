package io.github.rlrr.examples.spring;

import org.springframework.context.annotation.Bean;

/**
 * Guards the management port too. That port has beans of its own, to which a file in
 * META-INF/spring adds this one; no annotation here, or the service's port had it twice.
 */
class ManagementPort {

    @Bean
    GuardEveryConnection managementGuard(
            ServiceSettings settings, ProtocolProblems problems, HangUps hangUps) {
        return new GuardEveryConnection(settings, problems, hangUps);
    }
}
