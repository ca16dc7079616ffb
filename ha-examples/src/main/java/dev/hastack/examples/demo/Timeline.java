package dev.hastack.examples.demo;

import java.time.Duration;

/** The time since a scene's load began, and what is told of it. */
final class Timeline {

    private static final long STATUS_MILLIS = 200;

    private final long begin = System.nanoTime();
    private final Console console;
    private final Recorder recorder;

    Timeline(Console console, Recorder recorder) {
        this.console = console;
        this.recorder = recorder;
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Tells what has just happened. */
    void note(String event) {
        console.line(at(event));
    }

    /** Lets the load go on until this long after its beginning, and shows what it does; returns at once when that is over. */
    void until(Duration end) throws InterruptedException {
        for (Duration left = end.minus(elapsed()); !left.isNegative(); left = end.minus(elapsed())) {
            console.status(at(String.format(
                    "%d requests, %d failed, %d articles acknowledged",
                    recorder.requests(),
                    recorder.failures(),
                    recorder.acknowledged().size())));
            Thread.sleep(Math.min(STATUS_MILLIS, left.toMillis() + 1));
        }
    }

    /** Shows what is going on now. */
    void show(String what) {
        console.status(at(what));
    }

    private String at(String event) {
        return String.format("  %5.1f s  %s", elapsed().toMillis() / 1000.0, event);
    }
}
