package dev.hastack.testkit;

import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An Elasticsearch cluster, as operating-system processes of this machine.
 *
 * <pre>{@code
 * try (ElasticsearchCluster cluster = ElasticsearchCluster.builder().node("es-1").node("es-2").node("es-3").start()) {
 *     cluster.request("PUT", "/articles", "{\"settings\": {\"number_of_replicas\": 2}}");
 *     cluster.node("es-1").hang();
 * }
 * }</pre>
 *
 * <p>The servers come from the Maven artifact {@code org.elasticsearch.distribution.integ-test-zip:elasticsearch}, which
 * has neither Painless nor reindexing, analyzers other than the standard ones, nor {@code GET /}. They run on the JDK
 * that runs this, with 256 MiB of heap each unless said otherwise, listen on free ports of the loopback address, and end with the JVM however
 * that ends. Started by root, they run as {@code nobody}. Thread-safe.
 */
public final class ElasticsearchCluster implements StoreCluster {
    private static final Logger LOG = LoggerFactory.getLogger(ElasticsearchCluster.class);

    private final ElasticsearchLayout layout;
    private final ElasticsearchSetup setup;
    private final List<ElasticsearchNode> nodes;
    private final ElasticsearchIndices indices;
    private final ElasticsearchHealing healing;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;

    private ElasticsearchCluster(ElasticsearchLayout layout, ElasticsearchSetup setup) {
        this.layout = layout;
        this.setup = setup;
        this.nodes = layout.nodes().stream()
                .map(id -> new ElasticsearchNode(id, setup))
                .toList();
        this.nodes.forEach(node -> node.among(nodes));
        this.indices = new ElasticsearchIndices(this);
        this.healing = new ElasticsearchHealing(this, indices);
    }

    /** One node {@code es-1}, unless more is said. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts all nodes, and returns when they are one cluster.
     *
     * @throws IllegalStateException if it cannot be started; nothing is left behind
     */
    public static ElasticsearchCluster start(ElasticsearchLayout layout) {
        long begin = System.nanoTime();
        var cluster = new ElasticsearchCluster(layout, ElasticsearchSetup.create(layout));
        try {
            cluster.healing.start();
        } catch (RuntimeException e) {
            String logs = cluster.logs(ElasticsearchNode.LOG_LINES);
            cluster.close();
            throw new IllegalStateException("Elasticsearch on " + layout.nodes() + " did not start\n" + logs, e);
        }
        LOG.atInfo()
                .addKeyValue("nodes", cluster.nodes)
                .addKeyValue(
                        "millis", Duration.ofNanos(System.nanoTime() - begin).toMillis())
                .log("Elasticsearch started");
        return cluster;
    }

    /** All nodes, in the order of the layout. */
    public List<ElasticsearchNode> nodes() {
        return nodes;
    }

    /**
     * The node of this id.
     *
     * @throws IllegalArgumentException if there is none
     */
    public ElasticsearchNode node(String id) {
        return nodes.stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node \"" + id + "\" among " + layout.nodes()));
    }

    public ElasticsearchLayout layout() {
        return layout;
    }

    /**
     * As {@link ElasticsearchNode#request}, to the first node that answers.
     *
     * @throws IllegalStateException if the status is 400 or more, with status and body in the message; or if no node runs
     *     and is not hung
     */
    public String request(String method, String path, @Nullable String json) {
        return answering().request(method, path, json);
    }

    /**
     * Gives the user of a role another password, and waits until every node knows it; all nodes have to answer.
     *
     * @param user one of the names that {@link Builder#role} was given
     * @throws IllegalStateException if they do not know it within 30 s
     */
    public void changePassword(String user, String password) {
        setup.changePassword(user, password);
        nodes.forEach(node -> Await.untilSlowly(
                () -> node.id() + " knows the new password of " + user,
                Duration.ofSeconds(30),
                () -> node.knows(user, password),
                () -> node.log(20)));
    }

    private ElasticsearchNode answering() {
        List<ElasticsearchNode> living =
                nodes.stream().filter(ElasticsearchNode::isAnswering).toList();
        if (living.isEmpty()) {
            throw new IllegalStateException("no node runs and answers, of " + nodes);
        }
        // One that has just been started or resumed may not be in yet.
        return living.size() == 1
                ? living.get(0)
                : living.stream()
                        .filter(ElasticsearchNode::hasJoined)
                        .findFirst()
                        .orElse(living.get(0));
    }

    /**
     * Waits until the health of the whole cluster is this status or a better one.
     *
     * @param status green, yellow or red
     * @throws IllegalStateException if it is not within {@code limit}; the message says where every shard is
     */
    public void awaitHealth(String status, Duration limit) {
        Await.until(
                () -> "the health " + status,
                limit,
                () -> {
                    try {
                        request("GET", "/_cluster/health?timeout=1s&wait_for_status=" + status, null);
                        return true;
                    } catch (ElasticsearchHttp.ErrorStatus | UncheckedIOException e) {
                        return false; // 408, or a node that went away in between.
                    }
                },
                healing::shards);
    }

    /**
     * Makes an index red while the cluster is well: none of its shards has a copy that any node finds, as if disks had lost
     * them. It may be filled, and used meanwhile; {@link #heal()} brings back all that was in it.
     *
     * @param index an index, or an alias of some
     */
    public void makeRed(String index) {
        indices.makeRed(index);
    }

    /**
     * Makes an index refuse writes as Elasticsearch does when a disk is full to its flood stage, with 429; it may be read
     * and deleted.
     *
     * @param index an index, or an alias of some
     */
    public void floodStage(String index) {
        indices.floodStage(index);
    }

    /** {@inheritDoc} The nodes' own addresses. */
    @Override
    public Map<String, String> properties() {
        return properties(ElasticsearchNode::address);
    }

    /** As {@link #properties()}, through the {@linkplain ElasticsearchNode#proxied() proxy} of each node. */
    public Map<String, String> proxiedProperties() {
        return properties(ElasticsearchNode::proxiedAddress);
    }

    private Map<String, String> properties(Function<ElasticsearchNode, URI> address) {
        var properties = new LinkedHashMap<>(setup.clientProperties());
        nodes.forEach(node -> properties.put(
                "ha.elasticsearch.nodes." + node.id() + ".address",
                address.apply(node).toString()));
        return properties;
    }

    /**
     * Undoes every fault: all nodes run and are in the cluster again, settings of the cluster are those of the layout, and
     * indices are blocked no more. Data stay, unlike by {@link #clear()}. Returns when every shard that has a place is
     * there, after 10 s at the latest. Cheap when nothing is broken.
     *
     * @throws IllegalStateException if a node does not come back; the message holds the end of its log
     */
    @Override
    public void heal() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("Elasticsearch on " + layout.nodes() + " is closed");
            }
            healing.heal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Deletes all indices, with their aliases, and all templates. Those whose names begin with a dot stay: they are
     * Elasticsearch's own.
     */
    public void clear() {
        indices.clear();
    }

    @Override
    public String logs(int lines) {
        return healing.logs(lines);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                nodes.forEach(ElasticsearchNode::close);
                setup.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What a cluster shall be; not thread-safe. */
    public static final class Builder {
        private final List<String> nodes = new ArrayList<>();
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final Map<String, String> roles = new LinkedHashMap<>();
        private boolean password;
        private boolean tls;
        private int heap = 256;

        private Builder() {}

        /** Adds a node. */
        public Builder node(String id) {
            nodes.add(id);
            return this;
        }

        /** Sets what elasticsearch.yml may say, on every node; a list is separated by commas. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /**
         * Has clients log in as the user {@code elastic}, who may do everything; the password is new at each start, and in
         * {@link ElasticsearchCluster#properties()}. Users can be added by {@link #role} alone, and there are no API keys: the
         * index for them needs analyzers that these programs do not have.
         */
        public Builder password() {
            password = true;
            return this;
        }

        /**
         * Adds a role, and a user of the same name who has that role alone, and the password of {@code elastic}.
         *
         * @param definition the JSON that {@code PUT _security/role/<name>} would take
         */
        public Builder role(String name, String definition) {
            roles.put(name, definition);
            return this;
        }

        /**
         * Has nodes speak HTTPS to clients, with a key and a certificate made for this start; {@link
         * ElasticsearchCluster#properties()} then has what a client needs. Among themselves they do not.
         */
        public Builder tls() {
            tls = true;
            return this;
        }

        /** Sets the heap of each node, in MiB; the default, 256, is for many small tests, not for much data. */
        public Builder heap(int mebibytes) {
            heap = mebibytes;
            return this;
        }

        /**
         * The layout as said so far.
         *
         * @throws IllegalArgumentException as {@link ElasticsearchLayout}
         */
        public ElasticsearchLayout layout() {
            return new ElasticsearchLayout(
                    nodes.isEmpty() ? List.of("es-1") : nodes, password, roles, tls, heap, settings);
        }

        /** As {@link ElasticsearchCluster#start(ElasticsearchLayout)}. */
        public ElasticsearchCluster start() {
            return ElasticsearchCluster.start(layout());
        }
    }
}
