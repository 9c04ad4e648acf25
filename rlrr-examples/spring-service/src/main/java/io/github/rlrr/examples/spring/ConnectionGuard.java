package io.github.rlrr.examples.spring;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;

/**
 * Stands between the HTTP of one connection and Spring: a time for all that the client has to do, a
 * bound on what it sends, and an answer for what never becomes a request.
 *
 * <pre>
 * IDLE ── head of a request ──▶ READING ── whole ──▶ WAITING ── answered ──▶ IDLE
 *   │ idle-timeout                 │ request-timeout                │ request-timeout to take it
 *   ▼                              ▼                                ▼
 * closed                    408, then REFUSED                    closed
 * </pre>
 *
 * <p>No thread waits meanwhile. All of it runs in the connection's event loop but for {@link
 * #giveWay}.
 */
final class ConnectionGuard extends ChannelDuplexHandler {

    /** What is read and thrown away after a refusal, so that the client comes to see it. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    /** What is kept of requests that come before the last is answered, in pieces of 8 kB at most. */
    private static final int MOST_AHEAD = 64;

    private enum State {
        IDLE,
        READING,
        WAITING,
        REFUSED
    }

    private final ServiceSettings settings;
    private final ProtocolProblems problems;
    private final Connections all;
    private final HangUps hangUps;

    private State state = State.IDLE;
    private long bytes;
    private boolean answering;
    private boolean last;
    private long thrownAway;
    private final Queue<Object> ahead = new ArrayDeque<>();
    private String path = "";
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> deadline;

    ConnectionGuard(
            ServiceSettings settings,
            ProtocolProblems problems,
            Connections all,
            HangUps hangUps) {
        this.settings = settings;
        this.problems = problems;
        this.all = all;
        this.hangUps = hangUps;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        within(settings.idleTimeout(), ctx::close);
        all.opened(this);
        ctx.channel().closeFuture().addListener(closed -> closed());
    }

    private void closed() {
        if (state == State.READING || state == State.WAITING) {
            hangUps.count(path);
        }
        noDeadline();
        giveBack();
        ahead.forEach(ReferenceCountUtil::release);
        ahead.clear();
        all.closed(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state == State.REFUSED) {
            throwAway(message);
        } else if (isAhead(message)) {
            ahead.add(message);
            if (ahead.size() > MOST_AHEAD) {
                ctx.close();
            }
        } else {
            take(ctx, message);
        }
    }

    /** A client may send its next request before the answer, or before we know that it has it. */
    private boolean isAhead(Object message) {
        return state == State.WAITING && (message instanceof HttpRequest || !ahead.isEmpty());
    }

    private void take(ChannelHandlerContext ctx, Object message) {
        ProblemDetail problem = problem(message);
        if (problem != null) {
            ReferenceCountUtil.release(message);
            refuse(problem);
            return;
        }
        if (message instanceof HttpRequest request && hasBody(request)) {
            state = State.READING;
            all.reads(this);
            within(settings.requestTimeout(), () -> refuse(problems.tooSlow()));
        } else if (message instanceof HttpRequest
                || (message instanceof LastHttpContent && state == State.READING)) {
            state = State.WAITING;
            all.leave(this);
            noDeadline();
        }
        ctx.fireChannelRead(message);
    }

    private static boolean hasBody(HttpRequest request) {
        return HttpUtil.isTransferEncodingChunked(request)
                || HttpUtil.getContentLength(request, 0L) > 0;
    }

    /** For a while, and no more than a request may have. */
    private void throwAway(Object message) {
        if (message instanceof HttpContent content) {
            thrownAway += content.content().readableBytes();
        }
        ReferenceCountUtil.release(message);
        if (thrownAway > settings.maxRequestBytes().toBytes()) {
            context().close();
        }
    }

    private @Nullable ProblemDetail problem(Object message) {
        if (message instanceof HttpRequest request) {
            path = request.decoderResult().isFailure() ? "" : request.uri();
            ProblemDetail problem = problems.ofHead(request);
            if (problem != null) {
                return problem;
            }
        } else if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
            return problems.brokenBody();
        }
        if (message instanceof HttpContent content) {
            int more = content.content().readableBytes();
            bytes += more;
            all.took(more);
            return problems.ofLength(bytes);
        }
        return null;
    }

    /** Says why, and closes once the client has had the time to read it. */
    private void refuse(ProblemDetail problem) {
        ChannelHandlerContext ctx = context();
        if (state == State.REFUSED) {
            return;
        }
        enterRefused();
        if (answering) { // the answer to this request is half sent
            ctx.close();
            return;
        }
        FullHttpResponse answer =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(problem.getStatus()),
                        Unpooled.wrappedBuffer(problems.json(problem, path)));
        answer.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
                .set(HttpHeaderNames.CONTENT_LENGTH, answer.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (problem.getStatus() == HttpResponseStatus.SERVICE_UNAVAILABLE.code()) {
            answer.headers().set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        ctx.writeAndFlush(answer).addListener(written -> endOutput(ctx));
    }

    private void enterRefused() {
        state = State.REFUSED;
        all.leave(this);
        giveBack();
        within(LINGER, () -> context().close());
    }

    /** Closing with input unread would have the client's system throw the answer away. */
    private static void endOutput(ChannelHandlerContext ctx) {
        ((DuplexChannel) ctx.channel())
                .shutdownOutput()
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (state == State.REFUSED) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        if (message instanceof HttpResponse response && !isContinue(response)) {
            answering = true;
            if (state == State.READING) { // refused by Spring before it has come
                last = true;
            }
            if (last) {
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            }
            within(settings.requestTimeout(), ctx::close);
        }
        ChannelPromise written = promise.unvoid();
        if (message instanceof LastHttpContent && answering) {
            written.addListener(done -> answered(ctx));
        }
        ctx.write(message, written);
    }

    /** Wanted by what is above; here it waits for the client to have read the answer. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (state == State.READING) {
            enterRefused();
        }
        if (state == State.REFUSED) {
            ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
        } else {
            ctx.close(promise);
        }
    }

    private static boolean isContinue(HttpResponse response) {
        return response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    private void answered(ChannelHandlerContext ctx) {
        answering = false;
        if (last) {
            enterRefused();
            endOutput(ctx);
            return;
        }
        giveBack();
        state = State.IDLE;
        all.idles(this);
        within(settings.idleTimeout(), ctx::close);
        while (!ahead.isEmpty() && state != State.REFUSED && !isNext(ahead.peek())) {
            take(ctx, ahead.remove());
        }
        ctx.fireChannelReadComplete();
        // Reactor Netty 1.2.18 may forget to: https://github.com/reactor/reactor-netty/issues/4361
        ctx.read();
    }

    private boolean isNext(@Nullable Object message) {
        return state == State.WAITING && message instanceof HttpRequest;
    }

    /** Asked by others, when there is no more room: an idle one closes, the request says 503. */
    void giveWay() {
        ChannelHandlerContext ctx = context();
        ctx.executor()
                .execute(
                        () -> {
                            if (state == State.READING) {
                                refuse(problems.noRoom());
                            } else if (state == State.IDLE) {
                                ctx.close();
                            }
                        });
    }

    private void giveBack() {
        all.gave(bytes);
        bytes = 0;
    }

    private void within(Duration time, Runnable otherwise) {
        noDeadline();
        deadline =
                context()
                        .executor()
                        .schedule(otherwise, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void noDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }
}
