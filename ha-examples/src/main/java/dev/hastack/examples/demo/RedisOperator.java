package dev.hastack.examples.demo;

import dev.hastack.testkit.RedisNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What befalls Redis; the operator is Sentinel, which promotes whom it likes. */
final class RedisOperator implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Platform platform;
    private final Timeline timeline;
    private final Recorder recorder;
    private final RedisNode main;
    private @Nullable RedisWatch watch;

    /** Of one scene, before which everything is whole. */
    RedisOperator(Platform platform, Timeline timeline, Recorder recorder) {
        this.platform = platform;
        this.timeline = timeline;
        this.recorder = recorder;
        this.main = platform.stores().redis(Stores.MAIN);
    }

    void killPrimary() {
        main.kill();
        watch = RedisWatch.start(platform.stores(), recorder.absences());
        Duration since = timeline.elapsed();
        timeline.note("Redis: main killed");
        RedisNode unused = awaitPromotion(since);
    }

    /**
     * Has it hang for so long, and return.
     *
     * @throws IllegalStateException when it is not fenced, or not made a replica
     */
    void hangPrimary(Duration length) throws InterruptedException {
        main.hang();
        watch = RedisWatch.start(platform.stores(), recorder.absences());
        Duration since = timeline.elapsed();
        timeline.note("Redis: main hangs");
        RedisNode promoted = awaitPromotion(since);
        timeline.until(since.plus(length));
        main.resume();
        timeline.note("Redis: main wakes up, and takes itself for the primary");
        platform.awaitSeen(Stores.REDIS, Stores.MAIN, "FENCED");
        timeline.note("Redis: every server has fenced main");
        platform.awaitSeen(Stores.REDIS, Stores.MAIN, "REPLICA");
        timeline.note("Redis: Sentinel has main follow " + promoted.id());
    }

    private RedisNode awaitPromotion(Duration since) {
        RedisNode promoted = platform.stores().awaitRedisPrimaryOtherThan(main, PATIENCE);
        recorder.recovered();
        timeline.note("Redis: " + promoted.id() + " promoted by Sentinel, after "
                + timeline.elapsed().minus(since).toMillis() + " ms without a primary");
        return promoted;
    }

    /** Returns when no server is asked any more. */
    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
    }
}
