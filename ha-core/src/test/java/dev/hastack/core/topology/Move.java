package dev.hastack.core.topology;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A random input whose generation is relative to the node's at the time when it is taken, so that it keeps its meaning
 * when inputs before it are left out.
 *
 * @param input with any generation
 * @param age how many generations behind the node's it is
 */
record Move(Input input, int age) {
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final List<String> IDS = List.of("a", "b", "c", "d");

    /** The input as of this snapshot. */
    Input at(Snapshot now) {
        if (input instanceof Input.Answered a) {
            return with(a, generation(now, a.node()) - age);
        }
        if (input instanceof Input.Failed f) {
            return new Input.Failed(f.node(), generation(now, f.node()) - age, f.kind(), f.source(), f.cause(), f.at());
        }
        return input;
    }

    static Input.Answered with(Input.Answered a, int generation) {
        return new Input.Answered(
                a.node(),
                generation,
                a.role(),
                a.identity(),
                a.epoch(),
                a.position(),
                a.followers(),
                a.refused(),
                a.startedAt(),
                a.at(),
                a.origin());
    }

    static int generation(Snapshot now, String node) {
        return now.node(node).map(NodeView::generation).orElse(0);
    }

    /** Members first, then anything. */
    static List<Move> script(World world, SplittableRandom random, int length) {
        List<Move> moves = new ArrayList<>();
        moves.add(new Move(new Input.Members(Set.copyOf(IDS.subList(0, world.nodes())), Instant.EPOCH), 0));
        for (int i = 1; i <= length; i++) {
            moves.add(any(world, random, Instant.ofEpochSecond(i)));
        }
        return moves;
    }

    private static Move any(World world, SplittableRandom random, Instant at) {
        String node = IDS.get(random.nextInt(world.nodes()));
        int age = random.nextInt(8) == 0 ? 1 : 0;
        int dice = random.nextInt(100);
        if (dice < 60) {
            return new Move(answer(world, random, node, at), age);
        } else if (dice < 80) {
            Input.Source probe = dice % 2 == 0 ? Input.Source.PROBE : Input.Source.PROBE_BESIDE_CALLERS;
            return new Move(failure(random, node, probe, at), age);
        } else if (dice < 93) {
            return new Move(failure(random, node, Input.Source.CALLER, at), age);
        } else if (dice < 96) {
            return new Move(members(world, random, at), 0);
        }
        if (dice == 97 && random.nextInt(4) == 0) {
            return new Move(new Input.Forgotten(at), 0);
        }
        if (dice == 98 && random.nextInt(4) == 0) {
            return new Move(new Input.Appointed(random.nextInt(6), "somebody", at), 0);
        }
        return new Move(dice < 99 || random.nextInt(4) > 0 ? new Input.Hint(node, at) : new Input.Closed(at), 0);
    }

    private static Input members(World world, SplittableRandom random, Instant at) {
        Set<String> members = new TreeSet<>();
        for (String id : IDS.subList(0, world.nodes())) {
            if (random.nextInt(4) > 0) {
                members.add(id);
            }
        }
        return new Input.Members(members, at);
    }

    private static Input failure(SplittableRandom random, String node, Input.Source source, Instant at) {
        Kind kind = KINDS.get(random.nextInt(KINDS.size()));
        return new Input.Failed(node, 0, kind, source, "fault", at);
    }

    private static Input answer(World world, SplittableRandom random, String node, Instant at) {
        Role role = random.nextInt(5) < 2 ? Role.PRIMARY : Role.REPLICA;
        return new Input.Answered(
                node,
                0,
                role,
                world.identity(random),
                world.epoch(random),
                random.nextInt(1000),
                random.nextInt(3),
                List.of(),
                at.minusMillis(random.nextInt(3000)),
                at,
                world.origin(role, random));
    }

    /**
     * What a run's store is like.
     *
     * @param identities how many clusters its nodes belong to, 0 if it has no identities
     */
    record World(
            int nodes,
            boolean epochs,
            int identities,
            @Nullable String pinned) {
        static World any(SplittableRandom random) {
            int identities = random.nextInt(3);
            boolean pinned = identities > 0 && random.nextBoolean();
            return new World(1 + random.nextInt(4), random.nextInt(3) > 0, identities, pinned ? "S1" : null);
        }

        Snapshot start() {
            return Snapshot.initial(Optional.ofNullable(pinned), Optional.empty());
        }

        Optional<String> identity(SplittableRandom random) {
            if (identities == 0) {
                return Optional.empty();
            }
            return Optional.of(identities > 1 && random.nextInt(5) == 0 ? "S2" : "S1");
        }

        Origin origin(Role role, SplittableRandom random) {
            return new Origin(
                    random.nextInt(8) == 0 ? Optional.of("h" + random.nextInt(2)) : Optional.empty(),
                    role == Role.REPLICA && random.nextInt(4) > 0
                            ? Optional.of("s" + random.nextInt(4) / 3)
                            : Optional.empty(),
                    random.nextInt(4) == 0);
        }

        OptionalLong epoch(SplittableRandom random) {
            return epochs ? OptionalLong.of(5 + random.nextInt(3)) : OptionalLong.empty();
        }
    }
}
