package dev.hastack.elasticsearch.publication;

import java.util.Optional;

/**
 * An operation of a bulk that Elasticsearch did not do.
 *
 * @param document absent if it was a deletion
 * @param reason what Elasticsearch said, or how the last try failed: then the operation may have taken effect
 */
public record DeadLetter(String publication, String id, Optional<Object> document, String reason) {}
