/** What the benchmarks share. */
@NullMarked
package dev.hastack.benchmarks;

import org.jspecify.annotations.NullMarked;
