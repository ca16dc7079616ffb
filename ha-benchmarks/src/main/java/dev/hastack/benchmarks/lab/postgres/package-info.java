/** PostgreSQL in the laboratory: its servers, its faults, ha-stack and its peers. */
@NullMarked
package dev.hastack.benchmarks.lab.postgres;

import org.jspecify.annotations.NullMarked;
