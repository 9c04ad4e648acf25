package io.github.rlrr.examples.spring;

import io.netty.channel.ChannelPipeline;
import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.NettyPipeline;

/** Puts a guard into each connection of a port; each port has its own count of them. */
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
                                (observer, channel, client) -> guard(channel.pipeline(), all)));
    }

    private void guard(ChannelPipeline pipeline, Connections all) {
        ConnectionGuard guard = new ConnectionGuard(settings, problems, all, hangUps);
        pipeline.addAfter(NettyPipeline.HttpCodec, "guard", guard);
    }
}
