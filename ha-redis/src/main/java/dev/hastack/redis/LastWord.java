package dev.hastack.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Hears why a server that has too many clients lets nobody in: it says so before it is asked for anything, and ends the connection.
 * Lettuce takes that for the answer to nothing, or loses it with the connection, and says "Connection closed prematurely". Of the first
 * bytes of a connection; beneath TLS, where such a server says nothing that can be read.
 */
final class LastWord extends ChannelInboundHandlerAdapter {
    private static final String TOO_MANY = "-ERR max number of clients";

    private final Consumer<String> hears;

    private LastWord(Consumer<String> hears) {
        this.hears = hears;
    }

    /** @param hears called with what such a server says, on the channel's thread */
    static void of(Channel channel, Consumer<String> hears) {
        channel.pipeline().addFirst(new LastWord(hears));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        String first = message instanceof ByteBuf bytes
                ? bytes.toString(bytes.readerIndex(), Math.min(bytes.readableBytes(), 128), StandardCharsets.US_ASCII)
                : "";
        context.pipeline().remove(this);
        if (!first.startsWith(TOO_MANY)) {
            context.fireChannelRead(message);
            return;
        }
        ReferenceCountUtil.release(message);
        String words = first.lines().findFirst().orElse(TOO_MANY).substring(1);
        hears.accept(words);
        // Told to whoever waits for the connection, as the reason.
        context.fireExceptionCaught(new RedisCommandExecutionException(words));
        var unused = context.close();
    }
}
