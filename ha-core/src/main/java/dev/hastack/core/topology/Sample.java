package dev.hastack.core.topology;

import java.time.Instant;

/**
 * Where the primary was.
 *
 * @param at when the last probe that saw it was sent: everything written before that has a position at or below this one
 * @param position in bytes
 * @param reached when the first answer that showed this position had come: the primary was there by then at the latest
 */
public record Sample(Instant at, long position, Instant reached) {}
