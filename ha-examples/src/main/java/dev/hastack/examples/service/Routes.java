package dev.hastack.examples.service;

import dev.hastack.examples.content.Article;
import dev.hastack.redis.Durability;
import dev.hastack.redis.DurableWrites;
import dev.hastack.redis.HaRedis;
import dev.hastack.redis.RedisNotDurableException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.Optional;

/** The routes of published articles, in Redis: from what readers see in an address to the article's id. */
public final class Routes {

    private final StatefulRedisConnection<String, String> reads;
    private final DurableWrites<String, String> writes;

    private Routes(StatefulRedisConnection<String, String> reads, HaRedis redis) {
        this.reads = reads;
        this.writes = redis.durable(Durability.everyReplica());
    }

    /** As the replicas of this stack have them. */
    static Routes atReplicas(HaRedis redis) {
        return new Routes(redis.connection(), redis);
    }

    /** As the primary has them, with all that was written before. */
    static Routes atPrimary(HaRedis redis) {
        return new Routes(redis.primary(), redis);
    }

    /** The key of this article's route, without the prefix of all keys. */
    public static String key(Article article) {
        return key(article.publication(), article.slug());
    }

    private static String key(String publication, String slug) {
        return "route:" + publication + ":" + slug;
    }

    /** The id of the article that this leads to, if it leads to one. */
    Optional<String> find(String publication, String slug) {
        return Optional.ofNullable(reads.sync().get(key(publication, slug)));
    }

    /**
     * Returns when the replicas have it too: a job is over once the primary says so, and a route that only a dead primary
     * had would never be written again.
     *
     * @throws io.lettuce.core.RedisException when that is not sure; doing it again is safe
     */
    void write(Article article) {
        try {
            set(article);
        } catch (RedisNotDurableException e) {
            // Replicas left while it was under way. The route is there, and what lacks is their word: this waits for
            // their return.
            set(article);
        }
    }

    private void set(Article article) {
        writes.write(commands -> commands.set(key(article), article.id()));
    }
}
