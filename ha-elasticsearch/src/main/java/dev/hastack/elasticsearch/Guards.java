package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The guards of the cluster and of each publication that is used, or of an index that is none. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, ES-19.
 */
final class Guards {
    /** As an index: requests that name none. */
    private static final String NONE = "";

    private final ElasticsearchConfig config;
    private final Pattern ofPublication;
    private final Map<String, Guard> guards = new ConcurrentHashMap<>();
    /** The same, by the names that requests give, so that these are not taken apart each time. */
    private final Map<String, Guard> byIndex = new ConcurrentHashMap<>();

    private final Guard cluster = new Guard("the cluster");
    private final Suspicion reads = new Suspicion();
    private final Suspicion writes = new Suspicion();

    Guards(ElasticsearchConfig config) {
        this.config = config;
        this.ofPublication = Pattern.compile(Pattern.quote(config.indexPrefix()) + "-(.+)-[^-]+");
    }

    /** The publication's name, for one of its indices or aliases; else the name itself. */
    String name(String index) {
        Matcher matcher = ofPublication.matcher(index);
        return matcher.matches() ? matcher.group(1) : index;
    }

    /** How many requests of one index may be under way, or wait for their place. */
    record Limits(int most, int waiting, int nodes) {
        /** For an error message. */
        String words(boolean read, Guard guard) {
            return most + (read ? " reads of " : " writes of ") + guard.name()
                    + " are under way, as many as ha.elasticsearch.max-in-flight and publication-share allow with "
                    + nodes
                    + " usable nodes";
        }
    }

    /** @param nodes how many there are to take requests */
    Limits limits(String index, int nodes) {
        int all = config.maxInFlight() * Math.max(1, nodes);
        int most = (index.equals(NONE)
                        ? config.maxInFlight()
                        : config.publicationShare().of(config.maxInFlight()))
                * Math.max(1, nodes);
        return new Limits(most, all, nodes);
    }

    /**
     * Who passes tells the cluster's guard how it went.
     *
     * @throws ElasticsearchUnavailableException if the cluster's breaker keeps requests away
     */
    void check(boolean read, Supplier<String> subject) throws ElasticsearchUnavailableException {
        if (!cluster.permits(read)) {
            throw new ElasticsearchUnavailableException(subject.get() + "not sent: " + cluster.why());
        }
    }

    /** @param scope as {@link Scope} has it */
    Guard of(String scope) {
        Guard known = byIndex.get(scope);
        return known != null
                ? known
                : byIndex.computeIfAbsent(scope, s -> guards.computeIfAbsent(name(s), Guards::guard));
    }

    private static Guard guard(String name) {
        return new Guard(
                name.startsWith(Scope.ENDPOINT)
                        ? name.substring(Scope.ENDPOINT.length()) + " requests that name no index"
                        : "publication " + name);
    }

    /**
     * A request failed in a way that may be the cluster's: its guard counts that if one of another publication bears it out. The request's own
     * guard counts it in any case.
     *
     * @param now as {@link System#nanoTime()}
     */
    void clusterFailed(String scope, boolean read, Throwable error, long now) {
        if (Scope.single(scope) && (read ? reads : writes).confirmed(name(scope), now)) {
            cluster.failed(read, error);
        } else {
            cluster.withdrawn(read);
        }
    }

    Guard cluster() {
        return cluster;
    }

    /** Forgets all failures: a node has come, and with it perhaps the shards that were missing. */
    void forgive() {
        cluster.forgive();
        guards.values().forEach(Guard::forgive);
    }

    /** Forgets those that are not in use. */
    void sweep() {
        byIndex.clear();
        guards.values().removeIf(Guard::idle);
    }

    /** Returns a sentence for each publication's reads or writes that are kept away now. */
    List<String> closures() {
        return guards.values().stream().flatMap(Guard::closures).sorted().toList();
    }

    int size() {
        return guards.size();
    }
}
