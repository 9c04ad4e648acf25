package io.github.rlrr.examples.spring;

import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.NettyPipeline;

/** Puts a guard into each connection to the service's port; the management port has none. */
@Component
class GuardEveryConnection implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {

    private final ServiceSettings settings;
    private final ProtocolProblems problems;
    private final HangUps hangUps;

    GuardEveryConnection(ServiceSettings settings, ProtocolProblems problems, HangUps hangUps) {
        this.settings = settings;
        this.problems = problems;
        this.hangUps = hangUps;
    }

    @Override
    public void customize(NettyReactiveWebServerFactory factory) {
        Connections all =
                new Connections(settings.maxConnections(), settings.maxHeldBytes().toBytes());
        factory.addServerCustomizers(
                server ->
                        server.doOnChannelInit(
                                (observer, channel, client) ->
                                        channel.pipeline()
                                                .addAfter(
                                                        NettyPipeline.HttpCodec,
                                                        "guard",
                                                        new ConnectionGuard(
                                                                settings, problems, all,
                                                                hangUps))));
    }
}
