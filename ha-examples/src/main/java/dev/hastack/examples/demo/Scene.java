package dev.hastack.examples.demo;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What happens to the platform while its clients work. */
enum Scene {
    STEADY("steady", "nothing breaks: the measure of all that follows"),
    REPLICA_LAGS("replica-lags", "the replica of the delivery stack stops replaying for a while"),
    REPLICA_KILLED("replica-killed", "the replica of the delivery stack is killed (SIGKILL)"),
    SWITCHOVER("switchover", "an operator stops the primary, promotes the standby, and has the old primary follow"),
    PRIMARY_KILLED("primary-killed", "the primary is killed (SIGKILL), and an operator promotes the standby"),
    PRIMARY_HANGS("primary-hangs", "the primary hangs (SIGSTOP), and an operator promotes the standby"),
    OLD_PRIMARY_RETURNS("old-primary-returns", "a hung primary wakes up (SIGCONT) after the standby was promoted"),
    REDIS_PRIMARY_KILLED(
            "redis-primary-killed", "the Redis primary is killed (SIGKILL), and Sentinel promotes a replica"),
    REDIS_PRIMARY_HANGS("redis-primary-hangs", "the Redis primary hangs (SIGSTOP), and wakes up after its succession"),
    SEARCH_NODE_KILLED("search-node-killed", "an Elasticsearch node is killed (SIGKILL), and started again"),
    PUBLICATION_BROKEN("publication-broken", "one publication's search index is on no node any more"),
    INDEX_REBUILT("index-rebuilt", "one publication's search index is built anew under load");

    private final String id;
    private final String story;

    Scene(String id, String story) {
        this.id = id;
        this.story = story;
    }

    /** Its name on the command line. */
    String id() {
        return id;
    }

    /** What happens, in one line. */
    String story() {
        return story;
    }

    /** Whether every primary lives on as such, so that no write has a reason to fail. */
    boolean sparesPrimary() {
        return switch (this) {
            case STEADY, REPLICA_LAGS, REPLICA_KILLED, SEARCH_NODE_KILLED, PUBLICATION_BROKEN, INDEX_REBUILT -> true;
            case SWITCHOVER,
                    PRIMARY_KILLED,
                    PRIMARY_HANGS,
                    OLD_PRIMARY_RETURNS,
                    REDIS_PRIMARY_KILLED,
                    REDIS_PRIMARY_HANGS -> false;
        };
    }

    /** Whether nothing is done to any server, so that nothing has a reason to be called late or down. */
    boolean sparesAll() {
        return this == STEADY;
    }

    static Scene named(String name) throws UsageError {
        for (Scene scene : values()) {
            if (scene.id.equals(name)) {
                return scene;
            }
        }
        throw new UsageError("there is no scene \"" + name + "\"; the scenes are " + names());
    }

    static String names() {
        return Arrays.stream(values()).map(Scene::id).collect(Collectors.joining(", "));
    }
}
