package dev.hastack.core.config;

import java.util.List;
import java.util.Optional;

/** The keys that say where the others are read from. They matter while loading, and to nobody afterwards. */
record SourceConfig(
        @Doc("Files to read, the later wins. A file that does not exist is a fault. May be set anywhere but in such a"
                + " file.")
        @Default("")
        List<String> files,

        @Doc("What becomes of a key that ha-stack does not know. Unless set: `warn` for environment variables,"
                + " `fail` everywhere else.")
        Optional<UnknownKeys> unknownKeys) {}
