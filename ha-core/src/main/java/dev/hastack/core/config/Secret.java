package dev.hastack.core.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A password, token or key. It never appears in a log: {@link #toString} is the same for all. Where a file holds it, it may become
 * another one; stores ask for it whenever they log in. Thread-safe.
 */
public final class Secret {
    private static final Logger LOG = LoggerFactory.getLogger(Secret.class);

    private final Supplier<String> source;

    private Secret(Supplier<String> source) {
        this.source = source;
    }

    /** Wraps {@code value}, which stays the same. */
    public static Secret of(String value) {
        Objects.requireNonNull(value, "value");
        return new Secret(() -> value);
    }

    /**
     * What {@code source} says, which is asked whenever a store logs in, by several threads, and once more where a server has refused
     * what it said: for tokens that do not live long. It must neither block for long, nor throw, nor return null.
     */
    public static Secret from(Supplier<String> source) {
        return new Secret(source);
    }

    /**
     * The content of a file in UTF-8, without a line break at its end, read anew each time that {@link #value} is called.
     * While it cannot be read, or is empty, what was read before counts, with one WARN.
     *
     * @throws IllegalArgumentException if it cannot be read now; the message says what was expected
     */
    public static Secret ofFile(Path file) {
        try {
            return new Secret(new Content(file, read(file)));
        } catch (IOException e) {
            throw new IllegalArgumentException("expected a readable file: " + SmallFile.reason(e), e);
        }
    }

    private static String read(Path file) throws IOException {
        String content = SmallFile.read(file, SmallFile.SECRET).replaceFirst("\\r?\\n\\z", "");
        if (content.isEmpty()) {
            throw new IllegalArgumentException("expected a file with the secret in it, and it is empty");
        }
        return content;
    }

    /** The secret as it is now, for the driver that needs it; may read a file. */
    public String value() {
        return source.get();
    }

    /** A text of somebody else's, such as a server that repeats what it was sent, without this secret; may read a file. */
    public String hiddenIn(String text) {
        String value = value();
        return value.isEmpty() ? text : text.replace(value, toString());
    }

    /** Whether they are the same secret now. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && value().equals(secret.value());
    }

    @Override
    public int hashCode() {
        return value().hashCode();
    }

    /** Always {@code <hidden>}. */
    @Override
    public String toString() {
        return "<hidden>";
    }

    /** What is in a file, or was when it could be read last. */
    private static final class Content implements Supplier<String> {
        private final Path file;
        private volatile String last;
        private volatile boolean failed;

        private Content(Path file, String first) {
            this.file = file;
            this.last = first;
        }

        @Override
        public String get() {
            try {
                last = read(file);
                failed = false;
            } catch (IOException | IllegalArgumentException e) {
                if (!failed) {
                    failed = true;
                    LOG.warn(
                            "the secret in {} cannot be read anew, so the one that was there before is used: {}",
                            file,
                            e instanceof IOException io ? SmallFile.reason(io) : e.getMessage());
                }
            }
            return last;
        }
    }
}
