/** Elasticsearch. */
@NullMarked
package dev.hastack.elasticsearch;

import org.jspecify.annotations.NullMarked;
