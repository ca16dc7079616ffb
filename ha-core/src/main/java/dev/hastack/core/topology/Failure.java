package dev.hastack.core.topology;

import java.time.Instant;

/**
 * Why a node is not usable, or is suspect.
 *
 * @param kind what the failure says about the node
 * @param cause one line for people, without credentials
 * @param at when it was seen
 */
public record Failure(Kind kind, String cause, Instant at) {}
