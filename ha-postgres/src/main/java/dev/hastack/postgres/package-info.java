/**
 * PostgreSQL for ha-stack. {@link dev.hastack.postgres.HaPostgres} is the entry; everything else is either an exception or
 * not for use by programs.
 */
@NullMarked
package dev.hastack.postgres;

import org.jspecify.annotations.NullMarked;
