package dev.hastack.core.config;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One Elasticsearch cluster, under {@code ha.elasticsearch}.
 *
 * @param nodes by id, in the order in which the sources name them; at least one
 * @param indexPrefix what the names of all indices and aliases begin with
 * @param publications by id, in the order in which the sources name them
 * @param defaults what a publication gets that is not among them; also how the shared indices are created
 * @param writable whether this stack may write
 */
public record ElasticsearchConfig(
        @Doc("") @Ids(Ids.NODE) Map<String, Node> nodes,
        @Doc("The user that every request is made as.") Optional<String> username,
        @Doc("The user's password.") Optional<Secret> password,
        @Doc("An API key, instead of user and password.") Optional<Secret> apiKey,

        @Doc("What the names of all indices and aliases begin with: `<index-prefix>-<publication>-000001`.")
        String indexPrefix,

        @Doc("") @Ids(Ids.PUBLICATION) Map<String, Publication> publications,

        @Doc("") Publication defaults,

        @Doc("Whether this stack may write. If not, every write is refused before it reaches a node.") @Default("true")
        boolean writable,

        @Doc("How long a connection to a node may take to establish.") @Default("2s")
        Duration connectTimeout,

        @Doc("How long a request may take.") @Default("10s") Duration requestTimeout) {

    public ElasticsearchConfig {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
        publications = Collections.unmodifiableMap(new LinkedHashMap<>(publications));
        Rules.start()
                .that(!nodes.isEmpty(), "nodes", "expected at least one node: set ha.elasticsearch.nodes.<id>.address")
                .ids(nodes.keySet(), Ids.NODE, "nodes")
                .distinct(nodes, Node::address)
                .that(
                        apiKey.isEmpty() || (username.isEmpty() && password.isEmpty()),
                        "api-key",
                        "expected either an API key, or a username and a password")
                .that(
                        username.isPresent() == password.isPresent(),
                        username.isPresent() ? "username" : "password",
                        "expected both a username and a password, or neither")
                .that(indexPrefix.matches("[a-z0-9][a-z0-9_-]*"), "index-prefix", "expected [a-z0-9][a-z0-9_-]*")
                .ids(publications.keySet(), Ids.PUBLICATION, "publications")
                .positive(connectTimeout, "connect-timeout")
                .positive(requestTimeout, "request-timeout")
                .check();
    }

    /**
     * One server.
     *
     * @param address {@code http} or {@code https}, always with a port, without credentials
     * @param stack whose services read from it first; absent: none in particular
     */
    public record Node(
            @Doc("Where the node listens, as http://host:port or https://host:port. The port is 9200 unless given.")
            URI address,

            @Doc(Doc.NODE_STACK) Optional<String> stack) {
        public Node {
            Rules.start()
                    .that(isHttp(address), "address", "expected http://host:port or https://host:port")
                    .that(
                            address.getRawUserInfo() == null,
                            "address",
                            "expected no credentials; they belong in ha.elasticsearch.username and"
                                    + " ha.elasticsearch.password-file")
                    .stack(stack)
                    .check();
            if (address.getPort() < 0) {
                address = URI.create(address.getScheme() + "://" + address.getHost() + ":9200" + address.getRawPath());
            }
        }

        private static boolean isHttp(URI address) {
            return ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))
                    && address.getHost() != null
                    && address.getQuery() == null
                    && address.getFragment() == null;
        }
    }

    /** What {@code publication} is to be like. */
    public Publication publication(String publication) {
        return publications.getOrDefault(publication, defaults);
    }

    /** Where the documents of a publication are. */
    public enum Layout {
        /** In an index of its own. */
        OWN,
        /** In an index that small publications share. */
        SHARED
    }

    /**
     * How the index of one publication is created.
     *
     * @param layout where its documents are
     * @param replicas copies of each primary shard
     * @param shards primary shards
     * @param mapping where its mapping is: a file, {@code classpath:} and a resource, or the JSON itself
     * @param settings where its further settings are: a file, {@code classpath:} and a resource, or the JSON itself
     * @param refreshInterval after which a written document is found
     * @param keep how many generations before the present one are kept
     */
    public record Publication(
            @Doc("Whether it has an index of its own, or shares one with other small publications. The shared index is"
                    + " created as `ha.elasticsearch.defaults` says.")
            @Default("own")
            Layout layout,

            @Doc("Copies of each primary shard.") @Default("1")
            int replicas,

            @Doc("Primary shards.") @Default("1") int shards,

            @Doc("The index's mapping in JSON: a file, `classpath:` and a resource, or the JSON itself.")
            Optional<String> mapping,

            @Doc("Further settings of the index in JSON: a file, `classpath:` and a resource, or the JSON itself.")
            Optional<String> settings,

            @Doc("How long it may take until a written document is found.") @Default("1s")
            Duration refreshInterval,

            @Doc("How many generations a rebuild leaves behind the new one, to roll back to.") @Default("1")
            int keep) {
        public Publication {
            Rules.start()
                    .that(replicas >= 0, "replicas", "expected at least 0")
                    .that(shards >= 1, "shards", "expected at least 1")
                    .positive(refreshInterval, "refresh-interval")
                    .that(keep >= 0, "keep", "expected at least 0")
                    .check();
        }

        /** The same, with another mapping: JSON, or where it is. */
        public Publication withMapping(String other) {
            return new Publication(layout, replicas, shards, Optional.of(other), settings, refreshInterval, keep);
        }
    }
}
