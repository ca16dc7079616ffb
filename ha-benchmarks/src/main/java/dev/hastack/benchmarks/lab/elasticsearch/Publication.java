package dev.hastack.benchmarks.lab.elasticsearch;

import java.util.Locale;

/** What is searched and written, each in an index of its own. Faults of an index are faults of A. */
enum Publication {
    A,
    B;

    String index() {
        return "cms-" + name().toLowerCase(Locale.ROOT) + "-000001";
    }
}
