package dev.hastack.postgres;

import dev.hastack.core.topology.NodeView;
import java.time.Duration;
import java.util.Optional;

/**
 * A connection that waits for an answer, and what looks at it have found. Immutable.
 *
 * @param asked which wait it is
 * @param idle at how many looks in succession the server did nothing for it
 * @param unanswered how often the kernel had asked the other side in vain when that last answered, or refused, a new connection
 * @param deaf whether it has asked once more since
 * @param pause until it is looked at again, after a look that found the server at work
 * @param next when it is looked at again
 * @param shut since when no new connection could be made, look after look
 */
record Suspect(
        long asked, int idle, int unanswered, boolean deaf, Duration pause, Deadline next, Optional<Deadline> shut) {
    /** From one look to the next. */
    static final Duration LOOK = Duration.ofMillis(400);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    Suspect(long asked) {
        this(asked, 0, 0, false, LOOK, Deadline.in(Duration.ZERO), Optional.empty());
    }

    Suspect working() {
        Duration longer = pause.multipliedBy(2);
        Duration next = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
        return new Suspect(asked, 0, 0, false, next, Deadline.in(next), Optional.empty());
    }

    Suspect seenIdle() {
        return new Suspect(asked, idle + 1, unanswered, deaf, pause, Deadline.in(Duration.ZERO), Optional.empty());
    }

    Suspect unheard(int now) {
        return new Suspect(
                asked, 0, now, unanswered > 0 && now > unanswered, LOOK, Deadline.in(Duration.ZERO), Optional.empty());
    }

    /** Nobody could be asked this time: what is known of the server's work stays, and the kernel's word counts. */
    Suspect unasked(int now) {
        return now == 0
                ? this
                : new Suspect(
                        asked,
                        idle,
                        now,
                        unanswered > 0 && now > unanswered,
                        LOOK,
                        Deadline.in(Duration.ZERO),
                        Optional.empty());
    }

    Suspect shutOut(int now) {
        Suspect unheard = unheard(now);
        return new Suspect(
                asked,
                0,
                now,
                unheard.deaf,
                LOOK,
                unheard.next,
                shut.or(() -> Optional.of(Deadline.in(Duration.ZERO))));
    }

    /** Whether the kernel has asked in vain since the node was last heard, and does so still. */
    boolean forgotten(int now) {
        return deaf && now >= unanswered;
    }

    /** Whether its node has let nobody in for so long that nobody need wait for it, if it is down. */
    boolean shutOutLong() {
        return shut.filter(since -> since.ago().compareTo(NodeView.LAST_ANSWERS) > 0)
                .isPresent();
    }
}
