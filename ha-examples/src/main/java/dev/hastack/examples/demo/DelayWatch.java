package dev.hastack.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A thread that sleeps for a little again and again, and sees how late it wakes and who else wants to run. */
final class DelayWatch implements AutoCloseable {

    private static final long SLEEP_NANOS = Duration.ofMillis(10).toNanos();
    private static final Path KERNEL = Path.of("/proc/stat");
    private static final String RUNNING = "procs_running ";

    private final Delays delays = new Delays();
    private final Thread thread = new Thread(this::look, "delays");
    private volatile boolean closed;

    private DelayWatch() {}

    static DelayWatch start() {
        DelayWatch watch = new DelayWatch();
        watch.thread.setDaemon(true);
        watch.thread.start();
        return watch;
    }

    /** What has been seen so far. */
    Delays delays() {
        return delays;
    }

    private void look() {
        while (!closed) {
            long due = System.nanoTime() + SLEEP_NANOS;
            for (long left = SLEEP_NANOS; left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            delays.woke(new Span(due, System.nanoTime()), perCore());
        }
    }

    /** As the kernel counts them, this thread among them; 1 where it does not say. */
    private static double perCore() {
        try {
            return perCore(Files.readAllLines(KERNEL));
        } catch (IOException e) {
            return 1;
        }
    }

    static double perCore(List<String> kernel) {
        long cores =
                kernel.stream().filter(line -> line.matches("cpu[0-9]+ .*")).count();
        return kernel.stream()
                .filter(line -> line.startsWith(RUNNING) && cores > 0)
                .mapToDouble(line ->
                        Double.parseDouble(line.substring(RUNNING.length()).strip()) / cores)
                .findFirst()
                .orElse(1);
    }

    @Override
    public void close() {
        closed = true;
    }
}
