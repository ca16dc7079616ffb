package dev.hastack.benchmarks.lab.redis;

/** What writes store: each is one command, which adds its id to a sorted set, scored by itself. */
final class Data {
    static final String WRITTEN = "written";

    private Data() {}
}
