/** The laboratory: which rounds are played, in which order, and what is reported of them. */
@NullMarked
package dev.hastack.benchmarks.lab;

import org.jspecify.annotations.NullMarked;
