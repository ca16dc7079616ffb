package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.spi.Verdict;
import dev.hastack.core.topology.Kind;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.RedisProtocolException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisErrorsTest {
    @ParameterizedTest
    @CsvSource({
        "READONLY You can't write against a read only replica., NOT_PRIMARY, true, false",
        "LOADING Redis is loading the dataset in memory, SHUTTING_DOWN, true, false",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'., SHUTTING_DOWN, true, false",
        "CLUSTERDOWN The cluster is down, SHUTTING_DOWN, true, false",
        "ERR max number of clients reached, OVERLOADED, true, true",
        "OOM command not allowed when used memory > 'maxmemory'., OVERLOADED, false, false",
        "MISCONF Redis is configured to save RDB snapshots, OVERLOADED, false, false",
        "BUSY Redis is busy running a script., OVERLOADED, false, true",
        "NOREPLICAS Not enough good replicas to write., OVERLOADED, false, false",
        "WRONGPASS invalid username-password pair or user is disabled., DENIED, false, false",
        "WRONGTYPE Operation against a key holding the wrong kind of value, , false, false",
        "ERR syntax error, , false, false",
        "NOSCRIPT No matching script., , false, false"
    })
    void knows_what_an_error_reply_says_of_its_node(String reply, Kind kind, boolean elsewhere, boolean whole) {
        assertThat(RedisErrors.verdict(reply))
                .isEqualTo(new Verdict(
                        Outcome.NOT_DONE,
                        elsewhere ? Verdict.Again.ELSEWHERE : Verdict.Again.NO,
                        whole ? Verdict.Blame.NODE : Verdict.Blame.NOBODY,
                        Optional.ofNullable(kind)));
    }

    @Test
    void what_one_node_denies_another_may_permit_and_no_node_is_to_blame() {
        assertThat(RedisErrors.verdict("NOPERM this user has no permissions to run the 'get' command"))
                .isEqualTo(Verdict.of(Outcome.NOT_DONE, Verdict.Again.ONCE, Verdict.Blame.NOBODY));
    }

    @Test
    void takes_what_netty_has_no_channel_for_any_more_for_unsent_and_nothing_else_that_ends_with_it() {
        EmbeddedChannel channel = new EmbeddedChannel();
        ChannelFuture before = channel.write("buffered");
        channel.close().syncUninterruptibly();
        ChannelFuture after = channel.write("too late");

        assertThat(RedisErrors.unsent(before.cause())).isFalse();
        assertThat(RedisErrors.unsent(after.cause())).isTrue();
        assertThat(RedisErrors.unsent(new ClosedChannelException())).isFalse();
    }

    @Test
    void takes_a_lost_connection_for_news_of_the_node() {
        assertThat(RedisErrors.kind(new RedisException("Connection disconnected")))
                .contains(Kind.NETWORK);
        assertThat(RedisErrors.kind(new ClosedChannelException())).contains(Kind.NETWORK);
        assertThat(RedisErrors.kind(new RedisConnectionException("no", new ConnectException("refused"))))
                .contains(Kind.REFUSED);
        assertThat(RedisErrors.kind(new RedisCommandTimeoutException("slow"))).contains(Kind.TIMEOUT);
        var withinHandshake =
                new RedisConnectionException("no", new IllegalStateException("RedisHandshakeHandler not registered"));
        assertThat(RedisErrors.kind(withinHandshake)).contains(Kind.NETWORK);
        assertThat(RedisErrors.kind(RedisErrors.bare(withinHandshake))).contains(Kind.NETWORK);
        assertThat(RedisErrors.text(withinHandshake))
                .isEqualTo("the connection ended before the server had said anything");
    }

    @Test
    void calls_what_lettuce_stumbles_over_no_answer_of_Redis() {
        NullPointerException stumbled = new NullPointerException("\"response\" is null");
        stumbled.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("io.lettuce.core.RedisHandshake", "onHelloResponse", "RedisHandshake.java", 1)
        });
        assertThat(RedisErrors.text(new RedisConnectionException("no", stumbled)))
                .isEqualTo("what it says is no answer of Redis (\"response\" is null)");
    }

    @Test
    void takes_a_connection_that_a_probe_waited_for_in_vain_for_silence() {
        assertThat(RedisErrors.kindOfProbe(
                        new RedisConnectionException("no", new ConnectTimeoutException("timed out"))))
                .contains(Kind.TIMEOUT);
        assertThat(RedisErrors.kindOfProbe(
                        new RedisConnectionException("no", new SslHandshakeTimeoutException("timed out"))))
                .contains(Kind.TIMEOUT);
        assertThat(RedisErrors.kindOfProbe(new RedisConnectionException("no", new ConnectException("refused"))))
                .contains(Kind.REFUSED);
    }

    @Test
    void takes_a_login_that_lettuce_has_given_up_for_silence() throws Exception {
        RedisClient client = RedisClient.create();
        try (SlowDoor server = new SlowDoor()) {
            server.shut();
            RedisURI uri = RedisURI.create("127.0.0.1", server.port());
            uri.setTimeout(Duration.ofMillis(100));
            Throwable lost = client.connectAsync(StringCodec.UTF8, uri)
                    .handle((made, error) -> error)
                    .toCompletableFuture()
                    .join();
            assertThat(RedisErrors.kind(lost)).contains(Kind.TIMEOUT);
        } finally {
            client.shutdown(Duration.ZERO, Duration.ZERO);
        }
    }

    @Test
    void shows_no_argument_of_a_login_that_a_server_does_not_know() {
        Throwable unknown = RedisErrors.bare(new RedisConnectionException(
                "no",
                new RedisCommandExecutionException("ERR unknown command `AUTH`, with args beginning with: `hunter2`")));

        assertThat(unknown).isInstanceOf(RedisCommandExecutionException.class).hasMessage("ERR unknown command `AUTH`");
        assertThat(unknown).hasNoCause();
    }

    @Test
    void takes_a_probe_that_may_not_ask_for_denied() {
        RedisCommandExecutionException noPermission =
                new RedisCommandExecutionException("NOPERM this user has no permissions to run the 'info' command");
        assertThat(RedisErrors.kind(noPermission)).contains(Kind.DENIED);
    }

    @Test
    void takes_a_login_that_is_refused_for_denied_whatever_lettuce_puts_around_it() {
        CompletionException future =
                new CompletionException(new RedisCommandExecutionException("WRONGPASS invalid username-password pair"));
        future.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("io.lettuce.core.AbstractRedisClient", "lambda", "AbstractRedisClient.java", 1)
        });

        assertThat(RedisErrors.kind(new RedisConnectionException("Unable to connect", future)))
                .contains(Kind.DENIED);
    }

    @Test
    void takes_what_does_not_speak_redis_for_no_matter_of_credentials() {
        // As a probe throws it.
        Throwable garbage = RedisErrors.bare(new RedisConnectionException(
                "no", new DecoderException(new RedisProtocolException("Invalid first byte: 72 (H)"))));
        assertThat(RedisErrors.kind(garbage)).contains(Kind.NETWORK);
    }

    /** Lettuce relies on a server that answers by a number where one is due. */
    @Test
    void takes_what_lettuce_stumbles_over_for_a_server_that_is_no_redis() {
        Throwable stumbled =
                catchThrowable(() -> new IntegerOutput<>(StringCodec.UTF8).set(ByteBuffer.wrap(new byte[] {'O', 'K'})));
        assertThat(stumbled).isInstanceOf(NumberFormatException.class);
        assertThat(RedisErrors.kind(stumbled)).contains(Kind.NETWORK);
        assertThat(RedisErrors.kind(new NumberFormatException("of a user's codec")))
                .isEmpty();
    }

    @Test
    void leaves_the_callers_own_errors_alone() {
        assertThat(RedisErrors.kind(new RedisCommandExecutionException("WRONGTYPE not a list")))
                .isEmpty();
        assertThat(RedisErrors.kind(new IllegalArgumentException("codec"))).isEmpty();
    }
}
