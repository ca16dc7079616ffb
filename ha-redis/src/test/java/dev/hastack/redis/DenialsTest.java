package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a node denies while another does it is known for a minute. */
class DenialsTest {
    private static final String REPLY = "NOPERM this user has no permissions to run the 'get' command";

    private final Denials denials = new Denials();
    private final long start = System.nanoTime();
    private final long over = start + Denials.LASTING.toNanos();

    @Test
    void a_node_that_denies_nothing_says_nothing() {
        assertThat(denials.words(start)).isEmpty();
    }

    @Test
    void commands_are_named_once_each_and_the_last_reply_with_them() {
        denials.add("MGET", REPLY, start);
        denials.add("GET", REPLY, start);
        denials.add("GET", REPLY, start);

        assertThat(denials.words(start)).contains("denies GET, MGET, which another node does: " + REPLY);
    }

    @Test
    void a_command_that_was_not_denied_for_a_minute_counts_no_more() {
        denials.add("MGET", REPLY, start);
        denials.add("GET", REPLY, start + 1);

        assertThat(denials.words(over)).contains("denies GET, which another node does: " + REPLY);
        assertThat(denials.words(over + 1)).isEmpty();
    }
}
