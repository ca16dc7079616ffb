package dev.hastack.core.config;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One Elasticsearch cluster, under {@code ha.elasticsearch}.
 *
 * @param nodes by id, in the order in which the sources name them; at least one
 * @param indexPrefix what the names of all indices and aliases begin with
 * @param publications by id, in the order in which the sources name them
 * @param defaults what a publication gets that is not among them; also how the shared indices are created
 * @param writable whether this stack may write
 * @param adminTimeout how long any other request may take
 * @param maxInFlight how many requests one process may have under way at one node
 * @param publicationShare how much of that one publication may have
 * @param tls how connections to the nodes are encrypted; absent: by TLS where an address begins with https
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

        @Doc("") Reads reads,
        @Doc("") Writes writes,

        @Doc("How long any other request may take, such as the creation of an index.") @Default("30s")
        Duration adminTimeout,

        @Doc(
                "How many requests one process may have under way at one node, each on a connection. More wait for their turn, as"
                        + " long as they may take.")
        @Default("200")
        int maxInFlight,

        @Doc(
                "How much of max-in-flight one publication may have for its reads, and as much for its writes, so that one whose shards hang"
                        + " cannot harm the others. More wait for their turn, as long as they may take; where max-in-flight wait already, more fail"
                        + " at once.")
        @Default("25%")
        Share publicationShare,

        @Doc("") Optional<TlsConfig> tls) {

    /** What becomes of a read that some shards did not answer. */
    public enum PartialResults {
        /** It fails. */
        FAIL,
        /** It is returned as it is, and counted. */
        FLAG
    }

    public ElasticsearchConfig {
        boolean encrypted = tls.isPresent() && tls.get().enabled();
        Map<String, Node> complete = new LinkedHashMap<>();
        nodes.forEach((id, node) -> complete.put(id, node.over(encrypted ? "https" : "http")));
        nodes = Collections.unmodifiableMap(complete);
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
                .timeout(connectTimeout, "connect-timeout")
                .positive(adminTimeout, "admin-timeout")
                .that(maxInFlight > 0, "max-in-flight", "expected at least 1")
                .that(publicationShare.percent() > 0, "publication-share", "expected more than 0%")
                .that(
                        !encrypted || nodes.isEmpty() || anyOver("https", nodes),
                        "tls.enabled",
                        "expected false, or at least one address that begins with https://, or with neither that nor"
                                + " http://")
                .that(
                        tls.isEmpty() || encrypted || !anyOver("https", nodes),
                        "tls.enabled",
                        "expected true, or no address that begins with https://")
                .check();
    }

    private static boolean anyOver(String scheme, Map<String, Node> nodes) {
        return nodes.values().stream()
                .anyMatch(node -> scheme.equals(node.address().getScheme()));
    }

    /**
     * One server.
     *
     * @param address without credentials, always with a port; among the nodes of a configuration always with {@code http} or
     *     {@code https}, by {@code tls} where the setting has neither
     * @param stack whose services use it first; absent: none in particular
     * @param zone whose services use it first, of the nodes that are alike in stack; absent: none in particular
     */
    public record Node(
            @Doc(
                    "Where the node listens, as host:port, http://host:port or https://host:port. Where it has neither http:// nor"
                            + " https://, tls.enabled says which. The port is 9200 unless given.")
            URI address,

            @Doc(Doc.NODE_STACK) Optional<String> stack,

            @Doc(Doc.NODE_ZONE) Optional<String> zone) {
        public Node {
            Rules.start()
                    .that(isHttp(address), "address", EXPECTED)
                    .that(!isHttp(address) || Address.isHost(host(address)), "address", Address.EXPECTED_HOST)
                    .that(
                            address.getPort() == -1 || (address.getPort() >= 1 && address.getPort() <= 65535),
                            "address",
                            "expected a port from 1 to 65535")
                    .that(
                            address.getRawUserInfo() == null,
                            "address",
                            "expected no credentials; they belong in ha.elasticsearch.username and"
                                    + " ha.elasticsearch.password-file")
                    .stack(stack)
                    .zone(zone)
                    .check();
            if (address.getPort() < 0) {
                address = at(address, address.getScheme(), 9200);
            }
        }

        /** What an address has to look like. */
        static final String EXPECTED = "expected host:port, http://host:port or https://host:port";

        /** The same, with this scheme if it has none. */
        private Node over(String scheme) {
            return address.getScheme() != null ? this : new Node(at(address, scheme, address.getPort()), stack, zone);
        }

        private static URI at(URI address, @Nullable String scheme, int port) {
            String before = scheme == null ? "" : scheme + ":";
            return URI.create(before + "//" + address.getHost() + ":" + port + address.getRawPath());
        }

        private static String host(URI address) {
            return address.getHost().replaceAll("[\\[\\]]", "");
        }

        private static boolean isHttp(URI address) {
            String scheme = address.getScheme();
            return (scheme == null || scheme.equals("http") || scheme.equals("https"))
                    && address.getHost() != null
                    && address.getQuery() == null
                    && address.getFragment() == null;
        }
    }

    /**
     * How long reads take, and what they may bring.
     *
     * @param timeout how long a read may take, all attempts together
     * @param rerouteAfter how long a read waits for a node's answer before it asks another as well
     * @param partialResults what becomes of a read that some shards did not answer
     */
    public record Reads(
            @Doc("How long a read (search, get, count) may take, waits for a usable node and all attempts together.")
            @Default("5s")
            Duration timeout,

            @Doc(
                    "A read that has no answer after this time is sent to another node as well, and asks other copies of the"
                            + " shards; the first answer counts.")
            @Default("250ms")
            Duration rerouteAfter,

            @Doc("What becomes of a read that timed out in some shards, or that some did not answer: `fail`, or `flag`"
                    + " (returned as it is, and counted in the store's health).")
            @Default("fail")
            PartialResults partialResults) {
        public Reads {
            Rules.start()
                    .positive(timeout, "timeout")
                    .positive(rerouteAfter, "reroute-after")
                    .check();
        }
    }

    /**
     * How long writes take.
     *
     * @param timeout how long a write may take; one that has no answer by then has an unknown outcome
     */
    public record Writes(
            @Doc(
                    "How long a write may take, waits for a usable node included. One that has no answer by then fails with an"
                            + " unknown outcome. Elasticsearch is asked to give up before, so that a publication whose shards are"
                            + " missing answers in time.")
            @Default("10s")
            Duration timeout) {
        public Writes {
            Rules.start().atLeast(Duration.ofMillis(100), timeout, "timeout").check();
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
