package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConsoleTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong clock = new AtomicLong();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void a_terminal_shows_the_status_in_one_place() {
        Console console = new Console(out, true, clock::get);
        console.status("one");
        console.status("two");
        console.line("done");

        assertThat(text()).isEqualTo("\r\u001b[Kone\r\u001b[Ktwo\r\u001b[Kdone\n");
    }

    @Test
    void a_file_gets_the_status_now_and_then_and_no_control_characters() {
        Console console = new Console(out, false, clock::get);
        console.status("one");
        clock.addAndGet(2_100_000_000L);
        console.status("two");
        console.status("three");
        console.line("done");

        assertThat(text()).isEqualTo("two\ndone\n");
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
