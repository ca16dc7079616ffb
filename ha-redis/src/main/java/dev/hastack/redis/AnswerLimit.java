package dev.hastack.redis;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Closes a probe's connection to a server that sends more than an answer to a probe can have: Lettuce would keep it all until
 * the end of the answer. What counts is what has come since the last question, or in ten seconds of a subscription.
 */
final class AnswerLimit extends ChannelDuplexHandler {
    /** More than INFO, or CLUSTER NODES of a thousand nodes. */
    static final int MOST_BYTES = 4 << 20;

    private static final long WINDOW = TimeUnit.SECONDS.toNanos(10);

    private long received;
    private long since = System.nanoTime();

    private AnswerLimit() {}

    static void to(Channel channel) {
        channel.pipeline().addFirst(new AnswerLimit());
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        received = 0;
        super.write(context, message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        long now = System.nanoTime();
        if (now - since > WINDOW) {
            since = now;
            received = 0;
        }
        received += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        if (received <= MOST_BYTES) {
            super.channelRead(context, message);
            return;
        }
        ReferenceCountUtil.release(message);
        if (context.channel().isOpen()) {
            // Told to whoever waits for the answer, as the reason.
            context.fireExceptionCaught(new IOException("it sends more than the " + (MOST_BYTES >> 20)
                    + " MiB that an answer to a probe can have, or what is no answer of Redis"));
            var unused = context.close();
        }
    }
}
