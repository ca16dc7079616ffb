/**
 * Elasticsearch: {@link dev.hastack.elasticsearch.HaElasticsearch}, the client's own API over one transport that chooses the node,
 * sends again what may be sent again, and keeps publications from harming each other.
 */
@NullMarked
package dev.hastack.elasticsearch;

import org.jspecify.annotations.NullMarked;
