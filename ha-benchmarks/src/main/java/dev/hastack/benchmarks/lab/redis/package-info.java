/** Redis in the laboratory: its servers, its faults, ha-stack and its peers. */
@NullMarked
package dev.hastack.benchmarks.lab.redis;

import org.jspecify.annotations.NullMarked;
