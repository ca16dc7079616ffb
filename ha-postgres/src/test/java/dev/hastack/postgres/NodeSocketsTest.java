package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.Socket;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

/** What the kernel is asked to do for a connection on which nothing comes. */
class NodeSocketsTest {

    /** Twelve seconds at most until one that is idle, and was forgotten, is known to be dead: well before the next caller's patience ends. */
    @Test
    void keep_alive_asks_after_three_seconds_and_gives_up_after_nine_more() throws Exception {
        try (Socket socket = new NodeSockets("main").create()) {
            assumeTrue(
                    socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE),
                    "this platform has no keep-alive of a socket's own: nothing was tested");
            assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(3);
            assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(1);
            assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(9);
        }
    }

    @Test
    void keep_alive_asks_within_a_second_once_a_connection_is_suspect() throws Exception {
        try (Socket socket = new NodeSockets("main").create()) {
            assumeTrue(socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE));
            NodeSockets.askNow(socket);
            assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(1);
        }
    }
}
