package io.github.rlrr.vit;

import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.atomic.AtomicInteger;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.matcher.ElementMatchers;

/**
 * Counts the values that leave libtorch: all of them pass through one call of DJL. Public, as is
 * the counter, for the code that is woven into that call.
 */
public final class DeviceReads {

    /** Readings so far. */
    public static final AtomicInteger COUNT = new AtomicInteger();

    private DeviceReads() {}

    static final class Woven {
        private Woven() {}

        @Advice.OnMethodEnter
        static void enter() {
            COUNT.incrementAndGet();
        }
    }

    /** Counts from now on, in this process. */
    static void weave() {
        new AgentBuilder.Default()
                .disableClassFormatChanges()
                .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
                .type(ElementMatchers.is(JniUtils.class))
                .transform(
                        (builder, type, loader, module, domain) ->
                                builder.visit(
                                        Advice.to(Woven.class)
                                                .on(ElementMatchers.named("getByteBuffer"))))
                .installOn(ByteBuddyAgent.install());
    }
}
