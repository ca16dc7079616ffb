package dev.hastack.core.topology;

import java.util.ArrayList;
import java.util.List;

/**
 * The rule by which the primary's positions are remembered. Times and positions both rise along the ring, so that the
 * latest sample at or below a position says how old the data at that position can be.
 */
final class Ring {
    /** At one sample a second: four minutes in full resolution, and ever coarser further back. */
    static final int CAPACITY = 256;

    private Ring() {}

    /** The ring with one more sample; the same ring if the sample is older than its last, or says nothing new. */
    static List<Sample> append(List<Sample> ring, Sample heard) {
        Sample sample = heard;
        if (!ring.isEmpty()) {
            Sample last = ring.get(ring.size() - 1);
            if (heard.position() == last.position()) {
                // It is still there, and has been since the first answer that said so.
                sample = new Sample(heard.at(), heard.position(), last.reached());
            }
            if (sample.at().isBefore(last.at()) || sample.equals(last)) {
                return ring;
            }
        }
        List<Sample> next = new ArrayList<>(ring);
        // An idle primary's last sample moves on in time. A position that fell back (the primary crashed with unflushed
        // writes and restarted in its epoch) takes what was seen beyond it along: those writes do not exist.
        while (!next.isEmpty() && next.get(next.size() - 1).position() >= sample.position()) {
            next.remove(next.size() - 1);
        }
        next.add(sample);
        return next.size() > CAPACITY ? thin(next) : next;
    }

    /** Drops every second sample of the older half; a bound taken from what is left is later, never too early. */
    private static List<Sample> thin(List<Sample> ring) {
        int half = ring.size() / 2;
        List<Sample> next = new ArrayList<>(ring.size());
        for (int i = 0; i < ring.size(); i++) {
            if (i >= half || i % 2 == 0) {
                next.add(ring.get(i));
            }
        }
        return next;
    }
}
