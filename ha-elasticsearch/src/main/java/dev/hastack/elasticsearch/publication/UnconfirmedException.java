package dev.hastack.elasticsearch.publication;

import java.io.IOException;

/** A change of the cluster's metadata was made, but not every node has confirmed in time that it knows of it. */
final class UnconfirmedException extends IOException {
    UnconfirmedException(String message) {
        super(message);
    }
}
