package dev.hastack.benchmarks.lab;

/** What is wrong with the command line. */
final class UsageError extends Exception {
    private static final long serialVersionUID = 1;

    UsageError(String message) {
        super(message);
    }
}
