package dev.hastack.elasticsearch.publication;

import java.time.Duration;
import java.util.OptionalLong;

/** How far a rebuild is, as it reports it to its listener. */
record Progress(String publication, Phase phase, long done, OptionalLong total, Duration elapsed, String waitingFor)
        implements RebuildProgress {}
