package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The guards of the cluster and of each publication that is used, or of an index that is none. Thread-safe. */
final class Guards {
    /** Requests that name no index. */
    private static final String NONE = "";

    private final ElasticsearchConfig config;
    private final Pattern ofPublication;
    private final Map<String, Guard> guards = new ConcurrentHashMap<>();
    /** The same, by the names that requests give, so that these are not taken apart each time. */
    private final Map<String, Guard> byIndex = new ConcurrentHashMap<>();

    private final Guard cluster = new Guard("the cluster");

    Guards(ElasticsearchConfig config) {
        this.config = config;
        this.ofPublication = Pattern.compile(Pattern.quote(config.indexPrefix()) + "-(.+)-[^-]+");
    }

    /** The publication's name, for one of its indices or aliases; else the name itself. */
    String name(String index) {
        Matcher matcher = ofPublication.matcher(index);
        return matcher.matches() ? matcher.group(1) : index;
    }

    /**
     * Lets a request pass, or tells why not; who is let pass leaves.
     *
     * @param index as it is named by the request; empty if none is
     * @param nodes how many there are to take it
     * @param subject what an error message begins with
     */
    Guard enter(Operation operation, String index, int nodes, Supplier<String> subject) throws IOException {
        boolean read = !operation.changes();
        if (!cluster.permits(read)) {
            throw new UnavailableException(subject.get() + "not sent: " + cluster.why());
        }
        Guard guard = of(index);
        int most = (index.equals(NONE)
                        ? config.maxInFlight()
                        : config.publicationShare().of(config.maxInFlight()))
                * Math.max(1, nodes);
        if (!guard.enter(read, most)) {
            throw new OverloadedException(
                    subject.get() + "not sent: " + most + (read ? " reads of " : " writes of ") + guard.name()
                            + " are under way, as many as ha.elasticsearch.max-in-flight and publication-share allow with "
                            + nodes
                            + " usable nodes");
        }
        if (!guard.permits(read)) {
            guard.leave(read);
            throw new UnavailableException(subject.get() + "not sent: " + guard.why());
        }
        return guard;
    }

    private Guard of(String index) {
        Guard known = byIndex.get(index);
        return known != null
                ? known
                : byIndex.computeIfAbsent(index, i -> guards.computeIfAbsent(name(i), Guards::guard));
    }

    private static Guard guard(String name) {
        return new Guard(name.equals(NONE) ? "requests that name no index" : "publication " + name);
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

    /** What is kept away now, for people. */
    List<String> open() {
        return guards.values().stream()
                .filter(guard -> guard.open(true) || guard.open(false))
                .map(guard ->
                        guard.name() + (guard.open(true) ? " (reads)" : "") + (guard.open(false) ? " (writes)" : ""))
                .sorted()
                .toList();
    }

    int size() {
        return guards.size();
    }
}
