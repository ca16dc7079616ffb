package dev.hastack.elasticsearch;

import java.io.IOException;

/** A node's answer to a probe was an error, or that it is not ready. */
final class NodeRefusedException extends IOException {
    private final int status;

    NodeRefusedException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
