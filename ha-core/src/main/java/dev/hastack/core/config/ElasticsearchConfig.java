package dev.hastack.core.config;

import java.net.URI;
import java.nio.file.Path;
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
 * @param searchTimeout how long a read may take, all attempts together
 * @param writeTimeout how long a write may take; one that has no answer by then has an unknown outcome
 * @param adminTimeout how long any other request may take
 * @param rerouteAfter how long a read waits for a node's answer before it asks another as well
 * @param maxInFlight how many requests one process may have under way at one node
 * @param publicationShare how much of that one publication may have
 * @param partialResults what becomes of a read that some shards did not answer
 * @param tlsFingerprint of the certificate that is trusted, SHA-256 in hexadecimal digits, with or without colons
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

        @Doc("How long a read (search, get, count) may take, all attempts together.") @Default("5s")
        Duration searchTimeout,

        @Doc(
                "How long a write may take. One that has no answer by then fails with an unknown outcome. Elasticsearch is told to"
                        + " give up before, so that a publication whose shards are missing answers in time.")
        @Default("10s")
        Duration writeTimeout,

        @Doc("How long any other request may take, such as the creation of an index.") @Default("30s")
        Duration adminTimeout,

        @Doc(
                "A read that has no answer after this time is sent to another node as well, and asks other copies of the shards;"
                        + " the first answer counts.")
        @Default("250ms")
        Duration rerouteAfter,

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

        @Doc(
                "What becomes of a read that timed out in some shards, or that some did not answer: `fail`, or `flag` (returned as"
                        + " it is, and counted in the store's health).")
        @Default("fail")
        PartialResults partialResults,

        @Doc(
                "What is checked of a node's certificate, where its address is https: `full`, `ca` (the chain, not the host name) or"
                        + " `none`.")
        @Default("full")
        TlsVerify tlsVerify,

        @Doc("The certificates that are trusted, in a PEM file. Unless set, those that Java trusts.") @Existing
        Optional<Path> tlsTrustCertificates,

        @Doc(
                "The SHA-256 fingerprint of the certificate, or of its authority's, that is trusted, in hexadecimal digits, instead of"
                        + " a file.")
        Optional<String> tlsFingerprint) {

    /** What becomes of a read that some shards did not answer. */
    public enum PartialResults {
        /** It fails. */
        FAIL,
        /** It is returned as it is, and counted. */
        FLAG
    }

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
                .timeout(connectTimeout, "connect-timeout")
                .positive(searchTimeout, "search-timeout")
                .atLeast(Duration.ofMillis(100), writeTimeout, "write-timeout")
                .positive(adminTimeout, "admin-timeout")
                .positive(rerouteAfter, "reroute-after")
                .that(maxInFlight > 0, "max-in-flight", "expected at least 1")
                .that(publicationShare.percent() > 0, "publication-share", "expected more than 0%")
                .that(
                        tlsTrustCertificates.isEmpty() || tlsFingerprint.isEmpty(),
                        "tls-fingerprint",
                        "expected either certificates in a file, or a fingerprint")
                .that(
                        tlsFingerprint.isEmpty()
                                || tlsFingerprint.get().matches("([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}"),
                        "tls-fingerprint",
                        "expected 64 hexadecimal digits, as elasticsearch-certutil or openssl x509 -fingerprint -sha256 show them")
                .that(
                        (tlsTrustCertificates.isEmpty() && tlsFingerprint.isEmpty())
                                || nodes.values().stream()
                                        .anyMatch(node ->
                                                "https".equals(node.address().getScheme())),
                        tlsTrustCertificates.isPresent() ? "tls-trust-certificates" : "tls-fingerprint",
                        "expected an https address, since it is said which certificates are trusted")
                .check();
    }

    /**
     * One server.
     *
     * @param address {@code http} or {@code https}, always with a port, without credentials
     * @param stack whose services use it first; absent: none in particular
     * @param zone whose services use it first, of the nodes that are alike in stack; absent: none in particular
     */
    public record Node(
            @Doc("Where the node listens, as http://host:port or https://host:port. The port is 9200 unless given.")
            URI address,

            @Doc(Doc.NODE_STACK) Optional<String> stack,

            @Doc(Doc.NODE_ZONE) Optional<String> zone) {
        public Node {
            Rules.start()
                    .that(isHttp(address), "address", "expected http://host:port or https://host:port")
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
                address = URI.create(address.getScheme() + "://" + address.getHost() + ":9200" + address.getRawPath());
            }
        }

        private static String host(URI address) {
            return address.getHost().replaceAll("[\\[\\]]", "");
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
