package dev.hastack.testkit;

import java.io.IOException;

/** A program that runs a cluster, and does not close it, until its input ends or it is killed. */
final class ClusterMain {
    static final String READY = "ready in ";

    private ClusterMain() {}

    @SuppressWarnings("SystemOut") // WatchdogIT reads it.
    public static void main(String[] arguments) throws IOException {
        PostgresCluster.builder().node("main").node("standby").start();
        System.out.println(READY + Watchdog.get().folder());
        while (System.in.read() >= 0) {
            // Until the end of the input.
        }
    }
}
