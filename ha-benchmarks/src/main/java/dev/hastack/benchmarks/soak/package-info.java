/** Faults drawn at random, one after another, on one open ha-stack, and a checker of what it promises. */
@NullMarked
package dev.hastack.benchmarks.soak;

import org.jspecify.annotations.NullMarked;
