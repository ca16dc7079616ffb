/**
 * One round: writers and readers on one client, one fault, and what became of them. Knows no store; a {@link
 * dev.hastack.benchmarks.lab.round.Store} brings its servers, its faults and its clients.
 */
@NullMarked
package dev.hastack.benchmarks.lab.round;

import org.jspecify.annotations.NullMarked;
