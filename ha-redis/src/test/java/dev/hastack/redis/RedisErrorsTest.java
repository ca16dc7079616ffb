package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Kind;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisErrorsTest {
    @ParameterizedTest
    @CsvSource({
        "READONLY You can't write against a read only replica., NOT_PRIMARY, true",
        "LOADING Redis is loading the dataset in memory, SHUTTING_DOWN, true",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'., SHUTTING_DOWN, true",
        "CLUSTERDOWN The cluster is down, SHUTTING_DOWN, true",
        "ERR max number of clients reached, OVERLOADED, true",
        "OOM command not allowed when used memory > 'maxmemory'., OVERLOADED, false",
        "BUSY Redis is busy running a script., OVERLOADED, false",
        "NOREPLICAS Not enough good replicas to write., OVERLOADED, false",
        "WRONGPASS invalid username-password pair or user is disabled., DENIED, false",
        "WRONGTYPE Operation against a key holding the wrong kind of value, , false",
        "ERR syntax error, , false",
        "NOSCRIPT No matching script., , false",
        "NOPERM this user has no permissions to run the 'set' command, , false"
    })
    void knows_what_an_error_reply_says_of_its_node(String reply, Kind kind, boolean elsewhere) {
        assertThat(RedisErrors.refusal(reply)).isEqualTo(new RedisErrors.Refusal(kind, elsewhere));
    }

    @Test
    void takes_a_lost_connection_for_news_of_the_node() {
        assertThat(RedisErrors.kind(new RedisException("Connection disconnected")))
                .contains(Kind.NETWORK);
        assertThat(RedisErrors.kind(new ClosedChannelException())).contains(Kind.NETWORK);
        assertThat(RedisErrors.kind(new RedisConnectionException("no", new ConnectException("refused"))))
                .contains(Kind.REFUSED);
        assertThat(RedisErrors.kind(new RedisCommandTimeoutException("slow"))).contains(Kind.TIMEOUT);
    }

    @Test
    void takes_a_probe_that_may_not_ask_for_denied() {
        RedisCommandExecutionException noPermission =
                new RedisCommandExecutionException("NOPERM this user has no permissions to run the 'info' command");
        assertThat(RedisErrors.kind(noPermission)).contains(Kind.DENIED);
    }

    @Test
    void leaves_the_callers_own_errors_alone() {
        assertThat(RedisErrors.kind(new RedisCommandExecutionException("WRONGTYPE not a list")))
                .isEmpty();
        assertThat(RedisErrors.kind(new IllegalArgumentException("codec"))).isEmpty();
    }
}
