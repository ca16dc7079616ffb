/** What a borrow costs more than HikariCP's own, measured with JMH over a driver that does no I/O. */
@NullMarked
package dev.hastack.benchmarks.overhead;

import org.jspecify.annotations.NullMarked;
