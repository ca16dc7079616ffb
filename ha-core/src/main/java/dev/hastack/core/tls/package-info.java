/**
 * What the TLS of every store has in common: the files that {@code ha.<store>.tls} names, which servers are trusted, and what this
 * side shows. Each store hands it to its driver. Knows the configuration alone.
 */
@NullMarked
package dev.hastack.core.tls;

import org.jspecify.annotations.NullMarked;
