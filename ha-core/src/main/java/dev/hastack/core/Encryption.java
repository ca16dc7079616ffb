package dev.hastack.core;

import dev.hastack.core.config.Address;
import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.config.StackConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a store does to nodes of other machines where that is not safe, be it by itself or by settings that promise more than they do. */
final class Encryption {
    private static final Pattern LOOPBACK_4 = Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");

    private Encryption() {}

    /**
     * One sentence for all stores that are open, or empty if every connection is encrypted to a server that has been
     * verified, stays on this machine, or was configured to be neither.
     */
    static Optional<String> warning(StackConfig config, Set<String> open) {
        List<String> stores = Stream.of(
                        config.postgres().flatMap(Encryption::postgres).filter(text -> open.contains("postgres")),
                        config.redis().flatMap(Encryption::redis).filter(text -> open.contains("redis")),
                        config.elasticsearch()
                                .flatMap(Encryption::elasticsearch)
                                .filter(text -> open.contains("elasticsearch")))
                .flatMap(Optional::stream)
                .toList();
        return stores.isEmpty()
                ? Optional.empty()
                : Optional.of("connections to nodes of other machines are not safe: " + String.join("; ", stores));
    }

    private static Optional<String> postgres(PostgresConfig config) {
        return config.tls().isPresent()
                ? Optional.empty()
                : PostgresEncryption.doubt(config.properties())
                        .flatMap(doubt -> away(config.nodes().values().stream()
                                        .map(node -> node.address().host()))
                                .map(host -> "postgres " + doubt.what() + " (" + host + "; " + doubt.remedy() + ")"));
    }

    private static Optional<String> redis(RedisConfig config) {
        return config.tls().isPresent()
                ? Optional.empty()
                : away(Stream.concat(
                                        config.nodes().values().stream().map(RedisConfig.Node::address),
                                        config.sentinel().stream().flatMap(sentinel -> sentinel.nodes().stream()))
                                .map(Address::host))
                        .map(host -> "redis encrypts nothing, the password included (" + host
                                + "; ha.redis.tls.enabled=true)");
    }

    private static Optional<String> elasticsearch(ElasticsearchConfig config) {
        if (config.tls().isPresent() && !config.tls().get().enabled()) {
            return Optional.empty();
        }
        return away(config.nodes().values().stream()
                        .filter(node -> !"https".equals(node.address().getScheme()))
                        .map(node -> node.address().getHost()))
                .map(host -> "elasticsearch encrypts nothing, the password included (" + host
                        + "; ha.elasticsearch.tls.enabled=true, and no http:// in addresses)");
    }

    /** The first host that is not this one; told by its name, since a look-up may take long. */
    private static Optional<String> away(Stream<String> hosts) {
        return hosts.filter(host -> !loopback(host.toLowerCase(Locale.ROOT))).findFirst();
    }

    static boolean loopback(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || LOOPBACK_4.matcher(host).matches()
                || (host.contains(":") && loopback6(host));
    }

    /** A literal, as the colon in it says, so nothing is looked up. */
    private static boolean loopback6(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
