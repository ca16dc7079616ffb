package dev.hastack.redis;

/** Redis of an open stack. */
public final class HaRedis {
    private HaRedis() {}
}
