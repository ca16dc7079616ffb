package dev.hastack.redis;

/**
 * The result of a durable write.
 *
 * @param value what the write's commands returned
 * @param replicas how many replicas have it, at least as many as were asked for
 */
public record Durable<T>(T value, int replicas) {}
