package dev.hastack.benchmarks.failover;

import dev.hastack.testkit.PostgresCluster;

/** A way for a program to reach a cluster. */
interface Client {

    String name();

    /** What it is and how it is configured, for the report. */
    String configuration();

    /** Connects, as a program does at its start; returns when writes can begin. */
    Connected open(PostgresCluster cluster) throws Exception;

    /** Writes. Thread-safe. */
    interface Connected extends AutoCloseable {

        /**
         * Stores this id and returns when that is acknowledged.
         *
         * @throws Exception if it was not, whatever became of it
         */
        void write(long id) throws Exception;

        @Override
        void close();
    }
}
