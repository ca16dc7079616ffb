package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.Address;
import dev.hastack.core.topology.Kind;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class LastWordsTest {
    private static final Address SERVER = new Address("127.0.0.1", 6379);
    /** As Lettuce has it where the connection has ended before it looks. */
    private final Throwable lost =
            new CompletionException(new IllegalStateException("RedisHandshakeHandler not registered"));

    private final LastWords said = new LastWords();

    @Test
    void a_server_without_room_is_not_taken_for_a_lost_connection() {
        long begun = System.nanoTime();
        said.heard(SERVER, "ERR max number of clients reached");

        Throwable reason = said.reason(SERVER, begun, lost);

        assertThat(RedisErrors.kindOfProbe(reason)).contains(Kind.OVERLOADED);
        assertThat(RedisErrors.text(reason)).isEqualTo("ERR max number of clients reached");
    }

    @Test
    void what_it_said_to_an_earlier_connection_does_not_count() {
        said.heard(SERVER, "ERR max number of clients reached");
        assertThat(said.reason(SERVER, System.nanoTime() + 1, lost)).isSameAs(lost);
    }

    @Test
    void any_other_reason_stays() {
        long begun = System.nanoTime();
        said.heard(SERVER, "ERR max number of clients reached");
        Throwable other = new IllegalStateException("another");
        assertThat(said.reason(SERVER, begun, other)).isSameAs(other);
    }
}
