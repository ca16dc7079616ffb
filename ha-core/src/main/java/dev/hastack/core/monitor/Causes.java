package dev.hastack.core.monitor;

/** Errors as one line. */
final class Causes {
    private Causes() {}

    /** The error's message with the message of its root cause, if that says more. */
    static String line(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String line = text(error);
        return line.contains(text(root))
                ? line
                : line + " (" + root.getClass().getSimpleName() + ": " + text(root) + ")";
    }

    private static String text(Throwable error) {
        String message = error.getMessage();
        return message == null || message.isBlank()
                ? error.getClass().getSimpleName()
                : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
