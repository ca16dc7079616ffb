package dev.hastack.examples.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The demo's output: lines that stay, and a status, which a terminal shows in one place and a file gets every other
 * second. Used by one thread.
 */
final class Console {

    private static final String CLEAR_LINE = "\r\u001b[K";
    private static final long BETWEEN_LINES = Duration.ofSeconds(2).toNanos();

    private final PrintStream out;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private boolean statusShown;
    private long lastLine;

    Console(PrintStream out, boolean terminal, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.lastLine = nanoTime.getAsLong();
    }

    /** A line that stays. */
    void line(String text) {
        if (statusShown) {
            out.print(CLEAR_LINE);
            statusShown = false;
        }
        out.println(text);
        lastLine = nanoTime.getAsLong();
    }

    /** What is going on now; on a terminal it is gone with the next line or status. */
    void status(String text) {
        if (terminal) {
            out.print(CLEAR_LINE + text);
            out.flush();
            statusShown = true;
        } else if (nanoTime.getAsLong() - lastLine > BETWEEN_LINES) {
            line(text);
        }
    }
}
