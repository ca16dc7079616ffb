/** How fast publications of Elasticsearch are rebuilt and created, and what callers notice of it. */
@NullMarked
package dev.hastack.benchmarks.rebuild;

import org.jspecify.annotations.NullMarked;
