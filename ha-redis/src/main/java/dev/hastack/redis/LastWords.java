package dev.hastack.redis;

import dev.hastack.core.config.Address;
import io.lettuce.core.RedisCommandExecutionException;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What servers said last to connections that they did not let in. Where such a connection has ended before Lettuce looks for its handler of the
 * login, Lettuce reports that the handler is not there, and the reason would be lost. Thread-safe.
 */
final class LastWords {
    private final Map<Address, Said> said = new ConcurrentHashMap<>();

    private record Said(String words, long at) {}

    /** Hears what the server says to this connection. */
    void of(Channel channel) {
        LastWord.of(channel, words -> {
            if (channel.remoteAddress() instanceof InetSocketAddress at) {
                heard(new Address(at.getHostString(), at.getPort()), words);
            }
        });
    }

    void heard(Address server, String words) {
        said.put(server, new Said(words, System.nanoTime()));
    }

    /**
     * Returns the reason why an attempt to connect has failed.
     *
     * @param since when the attempt began
     * @param error as Lettuce has it
     */
    Throwable reason(Address server, long since, Throwable error) {
        @Nullable Said last = said.get(server);
        return last != null && last.at() - since >= 0 && RedisErrors.lostWithinHandshake(error)
                ? new RedisCommandExecutionException(last.words(), error)
                : error;
    }
}
