/**
 * {@link dev.hastack.elasticsearch.publication.Publication}: the life of a named body of documents, over a plain
 * Elasticsearch client: creation, validation, calls by alias, bulk, rebuild and rollback.
 */
@NullMarked
package dev.hastack.elasticsearch.publication;

import org.jspecify.annotations.NullMarked;
