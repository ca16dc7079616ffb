package dev.hastack.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class FaultProxyTest {
    private ServerSocket echo;
    private Thread acceptor;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        acceptor = new Thread(this::serve, "echo");
        acceptor.setDaemon(true);
        acceptor.start();
        proxy = FaultProxy.to("127.0.0.1", echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void passes_bytes_and_the_end_of_a_connection() throws IOException {
        try (Socket client = connect()) {
            assertThat(answer(client, 7)).isEqualTo(7);
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void speaks_in_the_servers_place_and_ends_those_connections_when_it_heals() throws IOException {
        try (Socket old = connect()) {
            assertThat(answer(old, 1)).isEqualTo(1);
            proxy.lie(new Lie("a word", "*", Lie.Then.SILENCE));
            assertThat(answer(old, 2)).isEqualTo(42);
            try (Socket fresh = connect()) {
                assertThat(answer(fresh, 3)).isEqualTo(42);
                proxy.heal();
                assertThat(ended(fresh)).isTrue();
            }
            assertThat(ended(old)).isTrue();
        }
        try (Socket client = connect()) {
            assertThat(answer(client, 4)).isEqualTo(4);
        }
    }

    @Test
    void ends_a_connection_after_a_word_of_its_own_or_never_stops() throws IOException {
        proxy.lie(new Lie("a word", "*", Lie.Then.END));
        try (Socket client = connect()) {
            assertThat(answer(client, 1)).isEqualTo(42);
            assertThat(ended(client)).isTrue();
        }
        proxy.lie(new Lie("a word", "+", Lie.Then.AGAIN));
        try (Socket client = connect()) {
            assertThat(answer(client, 2)).isEqualTo(43);
            assertThat(client.getInputStream().readNBytes(100)).containsOnly(43);
        }
    }

    /** Whether it is at its end, however that came. */
    private static boolean ended(Socket client) {
        try {
            return client.getInputStream().read() < 0;
        } catch (IOException e) {
            return !(e instanceof SocketTimeoutException);
        }
    }

    @Test
    void refuses_new_connections_and_keeps_old_ones() throws IOException {
        try (Socket client = connect()) {
            assertThat(answer(client, 1)).isEqualTo(1);
            proxy.refuse();
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            assertThat(answer(client, 2)).isEqualTo(2);
        }
        proxy.heal();
        try (Socket client = connect()) {
            assertThat(answer(client, 3)).isEqualTo(3);
        }
    }

    @Test
    void resets_old_connections_and_serves_new_ones() throws IOException {
        try (Socket client = connect()) {
            assertThat(answer(client, 1)).isEqualTo(1);
            proxy.reset();
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
        try (Socket client = connect()) {
            assertThat(answer(client, 2)).isEqualTo(2);
        }
    }

    @Test
    void holds_everything_back_in_a_black_hole_and_delivers_it_later() throws IOException {
        try (Socket old = connect()) {
            assertThat(answer(old, 1)).isEqualTo(1);
            proxy.blackHole();
            try (Socket fresh = connect()) {
                assertSilent(old, 2);
                assertSilent(fresh, 3);
                proxy.heal();
                assertThat(old.getInputStream().read()).isEqualTo(2);
                assertThat(fresh.getInputStream().read()).isEqualTo(3);
            }
        }
    }

    @Test
    void hides_the_death_of_the_server_in_a_black_hole() throws IOException {
        try (Socket client = connect()) {
            assertThat(answer(client, 1)).isEqualTo(1);
            proxy.blackHole(FaultProxy.Direction.TO_CLIENT);
            client.getOutputStream().write(0); // The server ends the connection.
            client.setSoTimeout(100);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            proxy.heal();
            client.setSoTimeout(0);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void delays_each_way() throws IOException {
        try (Socket client = connect()) {
            assertThat(answer(client, 1)).isEqualTo(1);
            proxy.delay(Duration.ofMillis(50));
            long begin = System.nanoTime();
            assertThat(answer(client, 2)).isEqualTo(2);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        }
    }

    @Test
    void throttles() throws IOException {
        try (Socket client = connect()) {
            assertThat(answer(client, 1)).isEqualTo(1);
            proxy.throttle(10_000);
            long begin = System.nanoTime();
            client.getOutputStream().write(new byte[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
            client.getInputStream().readNBytes(10);
            byte[] much = new byte[2_000];
            java.util.Arrays.fill(much, (byte) 1);
            client.getOutputStream().write(much);
            client.getInputStream().readNBytes(much.length);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(190));
        }
    }

    @Test
    void spares_chosen_flows_and_no_new_ones() throws IOException {
        try (Socket spared = connect();
                Socket other = connect()) {
            assertThat(answer(spared, 1)).isEqualTo(1);
            assertThat(answer(other, 2)).isEqualTo(2);

            assertThat(proxy.spare(flow -> flow.clientPort() == spared.getLocalPort()))
                    .isEqualTo(1);
            proxy.blackHole();

            assertThat(answer(spared, 3)).isEqualTo(3);
            assertSilent(other, 4);
            try (Socket fresh = connect()) {
                assertSilent(fresh, 5);
            }
            proxy.heal();
            assertThat(other.getInputStream().read()).isEqualTo(4);
            proxy.blackHole();
            assertSilent(spared, 6);
        }
    }

    @Test
    void forgets_a_flow_so_that_neither_side_hears_of_the_other_again() throws IOException {
        try (Socket old = connect();
                Socket kept = connect()) {
            assertThat(answer(old, 1)).isEqualTo(1);
            assertThat(answer(kept, 2)).isEqualTo(2);

            assertThat(proxy.forget(flow -> flow.clientPort() == old.getLocalPort()))
                    .isEqualTo(1);

            assertSilent(old, 3);
            // The server ends what it hears the end of; of this it hears nothing.
            assertSilent(old, 0);
            assertThat(answer(kept, 4)).isEqualTo(4);
            proxy.heal();
            assertSilent(old, 5);
            try (Socket fresh = connect()) {
                assertThat(answer(fresh, 6)).isEqualTo(6);
            }
        }
    }

    @Test
    void tells_flows_apart_by_how_long_they_were_idle() throws IOException {
        try (Socket idle = connect();
                Socket busy = connect()) {
            assertThat(answer(idle, 1)).isEqualTo(1);
            long since = System.nanoTime();
            do {
                assertThat(answer(busy, 2)).isEqualTo(2);
            } while (System.nanoTime() - since < Duration.ofMillis(300).toNanos());
            // The busy one too may have waited for its turn on a busy machine, but less.
            List<Duration> idles = new ArrayList<>();
            assertThat(proxy.forget(flow -> !idles.add(flow.idle()))).isZero();
            Duration longest = Collections.max(idles);
            assertThat(longest).isGreaterThanOrEqualTo(Duration.ofMillis(300)).isGreaterThan(Collections.min(idles));

            assertThat(proxy.forget(flow -> flow.clientPort() == idle.getLocalPort()
                            && flow.idle().compareTo(longest) >= 0))
                    .isEqualTo(1);

            assertSilent(idle, 3);
            assertThat(answer(busy, 4)).isEqualTo(4);
        }
    }

    @Test
    void ends_forgotten_flows_when_it_is_closed() throws IOException {
        try (Socket client = connect()) {
            assertThat(answer(client, 1)).isEqualTo(1);
            assertThat(proxy.forget()).isEqualTo(1);
            proxy.close();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void ends_connections_that_the_server_refuses() throws Exception {
        echo.close();
        // Who accepts lets go of the port last.
        acceptor.join();
        try (Socket client = connect()) {
            client.setSoTimeout(10_000);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void refuses_a_throttle_that_lets_nothing_pass() {
        assertThatThrownBy(() -> proxy.throttle(0)).hasMessageContaining("bytesPerSecond 0");
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    }

    private static int answer(Socket client, int value) throws IOException {
        client.getOutputStream().write(value);
        return client.getInputStream().read();
    }

    private static void assertSilent(Socket client, int value) throws IOException {
        client.setSoTimeout(100);
        assertThatThrownBy(() -> answer(client, value)).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(0);
    }

    private void serve() {
        while (true) {
            try {
                Socket socket = echo.accept();
                var thread = new Thread(() -> echo(socket), "echo-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    /** Sends back what comes, until a zero or the end. */
    private static void echo(Socket socket) {
        try (socket) {
            for (int value = socket.getInputStream().read();
                    value > 0;
                    value = socket.getInputStream().read()) {
                socket.getOutputStream().write(value);
            }
        } catch (IOException e) {
            // The test is over.
        }
    }
}
