package dev.hastack.benchmarks.lab;

/** What is wrong with the command line. */
public final class UsageError extends Exception {
    private static final long serialVersionUID = 1;

    public UsageError(String message) {
        super(message);
    }
}
