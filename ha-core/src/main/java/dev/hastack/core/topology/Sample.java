package dev.hastack.core.topology;

import java.time.Instant;

/**
 * Where the primary was.
 *
 * @param at when the probe that saw it was sent: everything written before that has a position at or below this one
 * @param position in bytes
 */
public record Sample(Instant at, long position) {}
