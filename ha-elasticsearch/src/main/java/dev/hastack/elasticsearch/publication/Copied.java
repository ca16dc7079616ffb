package dev.hastack.elasticsearch.publication;

/** A document of the source of a rebuild. */
record Copied(String id, Object content) {}
