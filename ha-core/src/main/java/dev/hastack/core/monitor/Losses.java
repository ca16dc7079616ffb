package dev.hastack.core.monitor;

import dev.hastack.core.topology.Past;
import dev.hastack.core.topology.Snapshot;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What callers of this process did at the primary in the greatest epoch, so that it can be told what is gone if that is given up:
 * how often, and between when and when. The count is the store's, and is read with each publication, so that the times are as exact as
 * those come. For one thread at a time, but for {@link #note}.
 */
public final class Losses {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final String what;
    private OptionalLong epoch = OptionalLong.empty();
    private Optional<Past.Abandoned> abandoned = Optional.empty();
    private long count;
    private long last;
    private @Nullable Object counted;
    private @Nullable LongSupplier counting;
    private @Nullable Instant from;
    private @Nullable Instant until;
    private volatile Optional<String> lost = Optional.empty();
    private volatile Optional<String> note = Optional.empty();

    /** @param what is counted, in the plural, for people */
    public Losses(String what) {
        this.what = what;
    }

    /**
     * Looks at a snapshot, before it is published.
     *
     * @param primary who is counted for; null while there is none
     * @param total of that primary, which only rises
     */
    public void look(Snapshot snapshot, @Nullable Object primary, LongSupplier total, Instant now) {
        if (counting != null) {
            // Also of one that is left now: what came back since the last look was done there.
            add(now);
        }
        if (!snapshot.past().abandoned().equals(abandoned)) {
            abandoned = snapshot.past().abandoned();
            abandoned.ifPresent(old -> tell(old.epoch(), snapshot.maxEpoch(), now));
        }
        if (!snapshot.maxEpoch().equals(epoch)) {
            epoch = snapshot.maxEpoch();
            count = 0;
            from = null;
            until = null;
        }
        if (primary != counted) {
            counted = primary;
            counting = primary == null ? null : total;
            last = primary == null ? 0 : total.getAsLong();
        }
        if (primary != null && from == null) {
            from = now;
        }
    }

    private void add(Instant now) {
        LongSupplier source = counting;
        long present = source == null ? last : source.getAsLong();
        if (present > last) {
            count += present - last;
            last = present;
            until = now;
        }
    }

    private void tell(long old, OptionalLong next, Instant now) {
        boolean known = epoch.equals(OptionalLong.of(old)) && count > 0 && from != null && until != null;
        lost = Optional.of(
                known
                        ? "gone with it is what this process did there: " + count + " " + what + " between "
                                + TIME.format(from) + " and " + TIME.format(until)
                        : "this process did nothing in it");
        note = Optional.of("Epoch " + old + " was given up at " + TIME.format(now)
                + (next.isPresent() ? " for epoch " + next.getAsLong() : "") + ": " + lost.get() + ".");
    }

    /** Of the epoch that was given up last, for people; empty if none was. */
    public Optional<String> lost() {
        return lost;
    }

    /** The same for health, with what was given up, and when. Any thread may ask. */
    public Optional<String> note() {
        return note;
    }
}
