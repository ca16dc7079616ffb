package dev.hastack.examples;

import dev.hastack.examples.service.ServiceProgram;

/** Saves and publishes articles: a service of the editing stack. Listens on {@code PORT}, by default 8080. */
public final class EditingServer {

    private EditingServer() {}

    /** Runs until the process ends. */
    public static void main(String[] args) {
        ServiceProgram.editing();
    }
}
