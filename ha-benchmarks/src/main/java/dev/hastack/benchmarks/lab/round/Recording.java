package dev.hastack.benchmarks.lab.round;

import java.util.List;

/**
 * What callers saw; every time is one of {@link System#nanoTime()}.
 *
 * @param acknowledged writes that the client said are stored
 * @param failed writes that it did not
 * @param reads that brought an answer
 * @param failedReads how many did not
 * @param until when the load ended
 */
record Recording(List<Acknowledged> acknowledged, List<Failed> failed, List<Read> reads, int failedReads, long until) {

    Recording {
        acknowledged = List.copyOf(acknowledged);
        failed = List.copyOf(failed);
        reads = List.copyOf(reads);
    }

    record Acknowledged(long id, long at) {}

    /** @param toldUnknown whether its caller was told that nobody knows what became of it */
    record Failed(long id, boolean toldUnknown) {}

    /** @param shown the greatest id that it showed */
    record Read(long shown, long at) {}
}
