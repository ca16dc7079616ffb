package dev.hastack.benchmarks.soak;

import dev.hastack.benchmarks.lab.postgres.PostgresServers;
import dev.hastack.testkit.PostgresNode;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Something that goes wrong, together with what operators do about it. Which node it is and how long it lasts is drawn at
 * random.
 *
 * <p>Commits wait for the standby, so that a promotion loses none. An old primary commits without it again, but only a while
 * after the promotion: until a client can know of that, writes would be lost by the operator's fault.
 */
record Trouble(String id, Function<Random, Drawn> drawing) {
    private static final List<String> ANY = List.of("main", "standby", "delivery");
    private static final List<String> REPLICA = List.of("standby", "delivery");

    private static final int LONGEST = 8000;
    private static final int DETECTION = 3000;
    /** From a promotion until every client must know: its calm interval, the deadline of a probe, and some. */
    private static final int KNOWN = 2000;

    private static final int STAYS = 4000;

    static final List<Trouble> ALL = List.of(
            superseded("killed", "is killed", PostgresNode::kill, "comes back as it was", PostgresNode::start),
            superseded("hung", "hangs", PostgresNode::hang, "wakes", PostgresNode::resume),
            superseded(
                    "cut-off",
                    "is cut off",
                    main -> main.proxied().blackHole(),
                    "is reached again",
                    main -> main.proxied().heal()),
            superseded("two-primaries", "goes on", main -> {}, "goes on still", main -> {}),
            switchover(),
            passing("restarted", ANY, "is killed", PostgresNode::kill, PostgresNode::start),
            passing("stalled", ANY, "hangs", PostgresNode::hang, PostgresNode::resume),
            passing(
                    "unreachable",
                    ANY,
                    "is cut off",
                    node -> node.proxied().blackHole(),
                    node -> node.proxied().heal()),
            passing(
                    "refusing",
                    ANY,
                    "resets connections and refuses new ones",
                    node -> node.proxied().cut(),
                    node -> node.proxied().heal()),
            passing(
                    "reset",
                    ANY,
                    "resets connections, and again at the end,",
                    node -> node.proxied().reset(),
                    node -> node.proxied().reset()),
            passing("replay-paused", REPLICA, "applies nothing", PostgresNode::pauseReplay, PostgresNode::resumeReplay),
            passing("stream-cut", REPLICA, "receives nothing", PostgresNode::cutReplication, PostgresNode::follow));

    /** What is going to happen. */
    record Drawn(String id, String story, Strike strike) {}

    /** Returns when it is over, and a server can be written to. */
    interface Strike {
        void on(PostgresServers servers) throws Exception;
    }

    Drawn draw(Random random) {
        return drawing.apply(random);
    }

    /** The standby is promoted, and the old primary may come back as one. */
    private static Trouble superseded(
            String id, String falls, Consumer<PostgresNode> fall, String returns, Consumer<PostgresNode> back) {
        return new Trouble(id, random -> {
            int before = random.nextInt(DETECTION);
            int stays = random.nextBoolean() ? 1 + random.nextInt(STAYS) : 0;
            String story = "main %s, standby is promoted after %d ms".formatted(falls, before);
            if (stays > 0) {
                story += ", main %s and commits alone for %d ms".formatted(returns, stays);
            }
            return new Drawn(id, story, servers -> {
                fall.accept(servers.main());
                TimeUnit.MILLISECONDS.sleep(before);
                long unused = servers.promoteAndFollow();
                if (stays > 0) {
                    TimeUnit.MILLISECONDS.sleep(KNOWN);
                    servers.main().commitAlone();
                    back.accept(servers.main());
                    TimeUnit.MILLISECONDS.sleep(stays);
                }
            });
        });
    }

    private static Trouble switchover() {
        String id = "switchover";
        return new Trouble(
                id,
                random -> new Drawn(id, "main is stopped, standby promoted, the others follow it", servers -> {
                    servers.main().stop();
                    long unused = servers.promoteAndFollow();
                    servers.main().follow(servers.standby());
                    servers.main().start();
                }));
    }

    /** For a while, and nobody is promoted. */
    private static Trouble passing(
            String id, List<String> nodes, String what, Consumer<PostgresNode> begin, Consumer<PostgresNode> end) {
        return passing(id, nodes, what, begin, (node, main) -> end.accept(node));
    }

    private static Trouble passing(
            String id,
            List<String> nodes,
            String what,
            Consumer<PostgresNode> begin,
            BiConsumer<PostgresNode, PostgresNode> end) {
        return new Trouble(id, random -> {
            String node = nodes.get(random.nextInt(nodes.size()));
            int lasts = random.nextInt(LONGEST);
            return new Drawn(id, "%s %s for %d ms".formatted(node, what, lasts), servers -> {
                PostgresNode struck = servers.cluster().node(node);
                begin.accept(struck);
                TimeUnit.MILLISECONDS.sleep(lasts);
                end.accept(struck, servers.main());
            });
        });
    }
}
