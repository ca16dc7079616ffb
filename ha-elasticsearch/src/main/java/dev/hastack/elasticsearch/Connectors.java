package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.config.TlsConfig;
import dev.hastack.core.config.TlsVerify;
import dev.hastack.core.tls.ClientTls;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** What the clients of all nodes have in common: who makes them, and who they say that they are. */
final class Connectors {
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final ElasticsearchConfig config;
    private final NodeConnector connector;
    private final Login login;
    private final Optional<ClientTls> tls;

    Connectors(ElasticsearchConfig config, StackConfig stack, NodeConnector connector) {
        this.config = config;
        this.connector = connector;
        this.login = new Login(config, stack);
        this.tls = tls(config);
    }

    /** The one that the class path offers, or that of elasticsearch-java. */
    static NodeConnector found() {
        return ServiceLoader.load(NodeConnector.class, Connectors.class.getClassLoader())
                .findFirst()
                .orElseGet(RestConnector::new);
    }

    NodeConnector connector() {
        return connector;
    }

    NodeConnector.Target target(String node, URI address) {
        Duration longest = Stream.of(config.reads().timeout(), config.writes().timeout(), config.adminTimeout())
                .max(Duration::compareTo)
                .orElseThrow();
        return new NodeConnector.Target(
                node,
                address,
                config.connectTimeout(),
                longest.plus(MARGIN),
                config.maxInFlight(),
                login,
                tls.map(ClientTls::context),
                tls.filter(with -> with.verify() == TlsVerify.FULL).isPresent());
    }

    /** Empty if no node's address is https. */
    private static Optional<ClientTls> tls(ElasticsearchConfig config) {
        boolean encrypted = config.nodes().values().stream()
                .anyMatch(node -> "https".equals(node.address().getScheme()));
        return encrypted
                ? Optional.of(new ClientTls("ha.elasticsearch.tls", config.tls().orElseGet(TlsConfig::standard)))
                : Optional.empty();
    }

    /** A text without the secret that nodes are shown. */
    String hiddenIn(String text) {
        return login.hiddenIn(text);
    }
}
