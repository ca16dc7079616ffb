package dev.hastack.examples.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that is answered with an error: a status and what is wrong. */
public final class HttpError extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;

    /** An error with this status, which says this. */
    public HttpError(int status, String message) {
        this(status, message, null);
    }

    /** An error with this status, which says this and has a cause. */
    public HttpError(int status, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** A client may come back in a second when this server cannot serve now. */
    Map<String, String> headers() {
        return status == 503 ? Map.of("Retry-After", "1") : Map.of();
    }
}
