package dev.hastack.core.guard;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Passes as time does, whatever the computer's clock is set to; begins at the epoch, so its instants mean nothing but their distance. */
final class MonotonicClock extends Clock {
    private final long began = System.nanoTime();

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(System.nanoTime() - began);
    }

    /** As the instant's; asked at every look, so it makes none. */
    @Override
    public long millis() {
        return (System.nanoTime() - began) / 1_000_000;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
