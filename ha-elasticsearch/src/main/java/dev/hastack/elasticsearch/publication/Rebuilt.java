package dev.hastack.elasticsearch.publication;

import java.time.Duration;
import java.util.List;

/** The numbers of a rebuild that has ended. */
record Rebuilt(String generation, long copied, long superseded, long deleted, Duration took, List<String> leftovers)
        implements RebuildResult {
    Rebuilt {
        leftovers = List.copyOf(leftovers);
    }

    Rebuilt leaving(List<String> generations) {
        return new Rebuilt(generation, copied, superseded, deleted, took, generations);
    }
}
