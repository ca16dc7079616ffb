package dev.hastack.benchmarks.lab.round;

import java.util.List;

/**
 * What callers saw; every time is one of {@link System#nanoTime()}.
 *
 * @param acknowledged writes that the client said are stored
 * @param failed writes that it did not
 * @param reads that brought an answer
 * @param failedReads how many did not
 * @param longestCall how long the slowest of all calls took, or has been under way, in ns
 * @param until when the load ended
 */
public record Recording(
        List<Acknowledged> acknowledged,
        List<Failed> failed,
        List<Read> reads,
        int failedReads,
        long longestCall,
        long until) {

    public Recording {
        acknowledged = List.copyOf(acknowledged);
        failed = List.copyOf(failed);
        reads = List.copyOf(reads);
    }

    /** One that the client said is stored. */
    public record Acknowledged(long id, long at) {}

    /**
     * One that was not acknowledged.
     *
     * @param from when it was called
     * @param toldUnknown whether its caller was told that nobody knows what became of it
     * @param error what else its caller was told
     */
    public record Failed(long id, long from, boolean toldUnknown, String error) {}

    /**
     * One that brought an answer.
     *
     * @param shown the greatest id that it showed
     * @param from when it was asked for
     * @param at when the answer came
     */
    public record Read(long shown, long from, long at) {}
}
