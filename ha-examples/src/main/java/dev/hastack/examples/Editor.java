package dev.hastack.examples;

import dev.hastack.examples.http.Balancer;
import dev.hastack.examples.http.WebServer;
import dev.hastack.examples.service.EditorPages;
import dev.hastack.examples.service.Environment;
import dev.hastack.examples.service.Lifetime;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives editors their page, and passes what it asks to the editing servers ({@code EDITING_SERVERS}, by default {@code
 * http://localhost:8080}). It knows no store, so it needs no ha-stack. Listens on {@code PORT}, by default 8082, of
 * {@code LISTEN_ADDRESS}, by default loopback.
 */
public final class Editor {

    private static final Logger LOG = LoggerFactory.getLogger(Editor.class);

    private Editor() {}

    /** Runs until the process ends. */
    public static void main(String[] args) {
        Lifetime.endWithParent();
        try {
            WebServer server = WebServer.start(
                    Environment.address(),
                    Environment.port(8082),
                    new EditorPages(new Balancer(Environment.editingServers())));
            LOG.info("listening on port {}", server.port());
        } catch (IllegalArgumentException | IOException e) {
            LOG.error("cannot start: {}", e.getMessage());
            System.exit(1);
        }
    }
}
