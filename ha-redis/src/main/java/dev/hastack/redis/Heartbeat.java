package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.monitor.GracePeriod;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection whose flow a firewall or NAT has forgotten: neither side hears of it, so whatever is sent on it would be
 * lost without a word. Asks PING where nothing has come for an interval, which also keeps such flows from being forgotten. Where
 * an answer lacks for longer than {@link #patience}, the node is asked about this connection on that of its probe. If it answers, and neither
 * holds a command of this one back nor is receiving one, the connection is at fault and not the node; it is closed, and its owner makes another.
 *
 * <p>Begins when the login has ended, which has connect-timeout. A command that blocks is excused for as long as its caller waits for it, and a
 * transaction is not disturbed by a PING. What this process was too slow to read is read first. One per connection; all of it happens on the thread
 * of its channel.
 *
 * <p>For the reasons, see docs/decisions.md, RED-23 and RED-36.
 */
final class Heartbeat extends ChannelInboundHandlerAdapter {
    private static final long LEAST = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long MOST = TimeUnit.SECONDS.toNanos(2);
    /** How long a server may wait for the next bytes of a command, in ns; shorter than two retransmissions on a poor line it may not be. */
    private static final long PROGRESS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Long enough that the channel is read before. */
    private static final long READ_FIRST = TimeUnit.MILLISECONDS.toNanos(1);

    private final CommandHandler commands;
    private final long patience;
    private final long interval;
    private final Witness witness;
    private final GracePeriod grace = new GracePeriod();
    /** Of the connection, by which its server calls it. */
    private OptionalLong id = OptionalLong.empty();

    private long readAt;
    /** What the next answer is to, as the last tick saw it. */
    private @Nullable RedisCommand<?, ?, ?> awaited;
    /** Since when that is awaited, or when the last bytes left. */
    private long sentAt;

    private long pending;
    private boolean transaction;
    private @Nullable Doubt doubt;

    /** Asks nodes about their connections, by their probes. Thread-safe. */
    interface Witness {
        /** Has the node asked about this connection by its next probe; must not block. */
        void doubt(Address node, Doubt doubt);

        /** Has it probed now; must not block. */
        void ask(Address node);

        /** Told before a connection to it is closed; must not block. */
        void forgotten(Address node, Duration silence);
    }

    private Heartbeat(CommandHandler commands, long patience, long interval, Witness witness) {
        this.commands = commands;
        this.patience = patience;
        this.interval = interval;
        this.witness = witness;
    }

    /**
     * Watches over this channel, to which Lettuce has added its own handlers.
     *
     * @param timeout of commands
     * @param interval after which an idle connection is asked for an answer
     * @param transactions whether there may be any; to look for them takes time from each command
     */
    static void watch(Channel channel, Duration timeout, Duration interval, boolean transactions, Witness witness) {
        CommandHandler commands = channel.pipeline().get(CommandHandler.class);
        Heartbeat heartbeat = new Heartbeat(commands, patience(timeout), interval.toNanos(), witness);
        channel.pipeline().addFirst(heartbeat);
        channel.pipeline().addLast(heartbeat.new Login());
        if (transactions) {
            channel.pipeline().addLast(heartbeat.new Sends());
        }
    }

    /** In ns. Shorter than a command's timeout, so that a caller whose command is lost finds another connection with its next one. */
    static long patience(Duration timeout) {
        return Math.max(LEAST, Math.min(MOST, timeout.toNanos() / 4 * 3));
    }

    private void begin(ChannelHandlerContext context) {
        readAt = System.nanoTime();
        tickLater(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        readAt = System.nanoTime();
        context.fireChannelRead(bytes);
    }

    private void tickLater(ChannelHandlerContext context) {
        grace.expect(System.nanoTime() + patience / 8);
        var unused = context.executor().schedule(() -> tick(context), patience / 8, TimeUnit.NANOSECONDS);
    }

    private void tick(ChannelHandlerContext context) {
        Channel channel = context.channel();
        if (!channel.isActive()) {
            return;
        }
        long now = System.nanoTime();
        grace.looks(now);
        Queue<RedisCommand<?, ?, ?>> underWay = commands.getStack();
        awaits(underWay.peek(), now);
        if (underWay.isEmpty()) {
            if (now - readAt >= interval && !transaction) {
                ping(channel);
            }
        } else {
            lookFor(underWay, context, now);
        }
        tickLater(context);
    }

    @SuppressWarnings("ReferenceEquality") // Lettuce's wrappers of one command are equal.
    private void awaits(@Nullable RedisCommand<?, ?, ?> next, long now) {
        if (next != awaited) {
            awaited = next;
            sentAt = now;
        }
    }

    private static void ping(Channel channel) {
        ChannelFuture unused = channel.writeAndFlush(
                new AsyncCommand<>(new Command<>(CommandType.PING, new StatusOutput<>(StringCodec.UTF8))));
    }

    private void lookFor(Queue<RedisCommand<?, ?, ?>> underWay, ChannelHandlerContext context, long now) {
        long left = pending(context.channel());
        if (left != pending) {
            pending = left;
            sentAt = now;
        }
        long since = Math.max(readAt, sentAt);
        long silent = grace.counted(since, now) - since;
        if (silent < patience / 2
                || !(context.channel().remoteAddress() instanceof InetSocketAddress at)
                || underWay.stream().anyMatch(Heartbeat::waits)) {
            return;
        }
        Address node = new Address(at.getHostString(), at.getPort());
        Doubt asked = doubt;
        if (asked == null || !asked.since(since)) {
            asked = new Doubt(id, since);
            doubt = asked;
        }
        witness.doubt(node, asked);
        if (!asked.answeredWithin(patience / 4, now)) {
            witness.ask(node);
        }
        if (silent < patience || !asked.answered() || asked.busy(Math.max(PROGRESS, patience / 2))) {
            return;
        }
        // What came while this thread was kept busy is no silence. A task that is due later runs after the channel was
        // read; one that is not runs before that.
        long before = readAt;
        var unused = context.executor()
                .schedule(
                        () -> {
                            if (readAt == before && context.channel().isActive()) {
                                witness.forgotten(node, Duration.ofNanos(silent));
                                ChannelFuture unusedToo = context.close();
                            }
                        },
                        READ_FIRST,
                        TimeUnit.NANOSECONDS);
    }

    /** How many bytes this process has not yet handed over to the system. */
    private static long pending(Channel channel) {
        @Nullable ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    /** Whether the server may keep silent for as long as a caller waits. */
    private static boolean waits(RedisCommand<?, ?, ?> command) {
        return !command.isDone() && CommandTimeouts.blocks(command);
    }

    /**
     * Waits for the end of the login, and learns from it what the server calls the connection. Lettuce tells those behind its own handlers that the
     * channel is active when the login has ended. Removed then, so that it costs no command anything.
     */
    private final class Login extends ChannelDuplexHandler {
        private @Nullable AsyncCommand<?, ?, ?> hello;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof AsyncCommand<?, ?, ?> command && command.getType() == CommandType.HELLO) {
                hello = command;
            }
            ChannelFuture unused = context.write(message, promise);
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            id = id();
            begin(context.pipeline().context(Heartbeat.this));
            context.fireChannelActive();
            context.pipeline().remove(this);
        }

        /** Empty for servers that do not tell it, as before Redis 6. */
        private OptionalLong id() {
            AsyncCommand<?, ?, ?> said = hello;
            return said != null
                            && said.isDone()
                            && !said.isCompletedExceptionally()
                            && said.join() instanceof Map<?, ?> fields
                            && fields.get("id") instanceof Long number
                    ? OptionalLong.of(number)
                    : OptionalLong.empty();
        }
    }

    /** Sees transactions on their way out. */
    private final class Sends extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof RedisCommand<?, ?, ?> command) {
                sends(command);
            } else if (message instanceof Collection<?> batch) {
                for (Object each : batch) {
                    if (each instanceof RedisCommand<?, ?, ?> command) {
                        sends(command);
                    }
                }
            }
            ChannelFuture unused = context.write(message, promise);
        }

        private void sends(RedisCommand<?, ?, ?> command) {
            if (command.getType() == CommandType.MULTI) {
                transaction = true;
            } else if (command.getType() == CommandType.EXEC || command.getType() == CommandType.DISCARD) {
                transaction = false;
            } else if (!(command.getType() instanceof CommandType)) {
                switch (CommandRoute.name(command.getType())) {
                    case "MULTI" -> transaction = true;
                    case "EXEC", "DISCARD", "RESET" -> transaction = false;
                    default -> {}
                }
            }
        }
    }
}
