package dev.hastack.core.topology;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Servers that stream to one another, as PostgreSQL's do, with those who run them: they die, come back as they were, are promoted,
 * rebuilt, and pointed at one another. Each has a true history; what a probe shows of it may be late, as to a plain user.
 */
final class Estate {
    /** One branch of history. Two of one number are two, also where they begin at the same position. */
    record Timeline(int id, long number, @Nullable Timeline parent, long begin) {
        /** Whether this is the other, or goes on it. */
        boolean holds(Timeline other) {
            return equals(other) || (parent != null && parent.holds(other));
        }

        /** Whether a server at this position of the other may go on by this one. */
        boolean continues(Timeline other, long position) {
            for (Timeline now = this; !now.equals(other); now = now.parent) {
                if (now.parent == null || (now.parent.equals(other) && position > now.begin)) {
                    return false;
                }
            }
            return true;
        }
    }

    static final class Server {
        final String id;
        boolean alive = true;
        Role role = Role.REPLICA;
        Timeline timeline;
        long position;
        long shown;

        @Nullable
        Server upstream;

        @Nullable
        Server source;

        String stream = "";

        @Nullable
        Instant refusedAt;

        Server(String id, Timeline timeline) {
            this.id = id;
            this.timeline = timeline;
            this.shown = timeline.number();
        }
    }

    final Map<String, Server> servers = new TreeMap<>();
    private final SplittableRandom random;
    /** Whether a probe shows each replica's timeline as it is, as to a user who may read all statistics. */
    private final boolean seesAll;

    private int streams;
    private int timelines;
    Instant now = Instant.EPOCH;

    Estate(SplittableRandom random, int size) {
        this.random = random;
        this.seesAll = random.nextBoolean();
        Timeline first = new Timeline(0, 5, null, 0);
        for (String id : List.of("a", "b", "c", "d").subList(0, size)) {
            servers.put(id, new Server(id, first));
        }
        Server main = server("a");
        main.role = Role.PRIMARY;
        servers.values().stream().filter(s -> s != main).forEach(s -> s.upstream = main);
        settle();
    }

    Server server(String id) {
        return Objects.requireNonNull(servers.get(id), id);
    }

    Server any() {
        return List.copyOf(servers.values()).get(random.nextInt(servers.size()));
    }

    /** Something happens; most of it now and then only. */
    void befalls() {
        now = now.plusMillis(1 + random.nextInt(60));
        Server one = any();
        switch (random.nextInt(12)) {
            case 0 -> one.alive = false;
            case 1, 2 -> one.alive = true;
            case 3 -> promote(one);
            case 4, 5 -> one.upstream = one.role == Role.REPLICA ? any() : null;
            case 6 -> rebuild(one, any());
            case 7, 8 -> one.position += one.alive && one.role == Role.PRIMARY ? 10 : 0;
            case 9 -> one.shown = one.alive ? one.timeline.number() : one.shown;
            default -> {}
        }
        settle();
    }

    private void promote(Server one) {
        if (one.alive && one.role == Role.REPLICA) {
            one.role = Role.PRIMARY;
            one.upstream = null;
            one.timeline = new Timeline(++timelines, one.timeline.number() + 1, one.timeline, one.position);
            one.shown = one.timeline.number();
            one.position += 1 + random.nextInt(20);
        }
    }

    /** All of one's data is given up for the other's. */
    void rebuild(Server one, Server from) {
        if (one != from && from.alive) {
            one.alive = true;
            one.role = Role.REPLICA;
            one.timeline = from.timeline;
            one.position = from.position;
            one.shown = from.shown;
            one.upstream = from;
            one.source = null;
            settle();
        }
    }

    /** Has it receive from another replica of the same primary. */
    void cascade(Server one, Server by) {
        if (one != by && one.role == Role.REPLICA && by.role == Role.REPLICA && by.upstream == one.upstream) {
            one.upstream = by;
            settle();
        }
    }

    /** Streams begin, move data, and end. */
    private void settle() {
        for (int hop = 0; hop < servers.size(); hop++) {
            servers.values().forEach(this::receive);
        }
    }

    private void receive(Server one) {
        Server up = one.upstream;
        if (up == null || up == one || !up.alive || !one.alive || one.role != Role.REPLICA) {
            one.source = null;
            return;
        }
        boolean fits = up.timeline.continues(one.timeline, one.position) && one.position <= up.position;
        if (fits) {
            if (one.source != up) {
                one.source = up;
                one.stream = "s" + ++streams;
            }
            one.timeline = up.timeline;
            one.position = up.position;
            one.refusedAt = null;
        } else if (random.nextInt(3) == 0) {
            // An attempt that is about to be refused looks like a stream for a moment.
            one.source = up;
            one.stream = "s" + ++streams;
            one.refusedAt = now.plusMillis(random.nextInt(90));
        } else if (one.refusedAt == null || !one.refusedAt.isAfter(now)) {
            one.source = null;
        }
    }

    /** What a probe shows that is sent now and answered at once; or why there is none. */
    Input ask(String id) {
        Server one = servers.get(id);
        if (one == null || !one.alive) {
            return new Input.Failed(id, 0, Kind.REFUSED, Input.Source.PROBE, "dead", now.plusNanos(1));
        }
        int followers =
                (int) servers.values().stream().filter(s -> s.source == one).count();
        boolean primary = one.role == Role.PRIMARY;
        // Who may read all statistics sees that an attempt does not stream.
        boolean receives = one.source != null && (!seesAll || one.refusedAt == null);
        boolean exact = primary || (seesAll && receives);
        return new Input.Answered(
                id,
                0,
                one.role,
                Optional.of("S1"),
                OptionalLong.of(exact ? one.timeline.number() : one.shown),
                one.position,
                followers,
                List.of(),
                now,
                now.plusNanos(1),
                new Origin(
                        Optional.empty(), receives ? Optional.of(one.stream) : Optional.empty(), seesAll && receives));
    }

    /** Whether it is this primary, or receives from it: by others as well, where a probe shows what is received. */
    boolean isSeenToFollow(Server one, Server primary) {
        int hops = 0;
        @Nullable Server now = one;
        while (now != null && now != primary && hops++ < (seesAll ? servers.size() : 1)) {
            now = now.source;
        }
        return now == primary;
    }

    /** The timelines that a server holds. */
    static Set<Timeline> held(Server one) {
        Set<Timeline> held = new HashSet<>();
        for (Timeline t = one.timeline; t != null; t = t.parent()) {
            held.add(t);
        }
        return held;
    }

    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        servers.values()
                .forEach(s -> words.add(s.id + (s.alive ? " " : " dead ") + s.role + " " + s.timeline + " at "
                        + s.position + (s.source == null ? "" : " from " + s.source.id)));
        return String.join("; ", words);
    }
}
