package dev.hastack.core.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/** Random runs of a machine, checked at every step; the first that fails is cut down to what makes it fail. */
final class Walk {
    private static final int LENGTH = 16;

    private final BiFunction<Snapshot, Input, Step> machine;

    Walk(BiFunction<Snapshot, Input, Step> machine) {
        this.machine = machine;
    }

    /** Runs until one fails; says how. */
    Optional<String> runs(long seed, int count) {
        for (long run = seed; run < seed + count; run++) {
            SplittableRandom random = new SplittableRandom(run);
            Move.World world = Move.World.any(random);
            List<Move> moves = Move.script(world, random, LENGTH);
            if (run(run, world, moves).isPresent()) {
                List<Move> least = shrunk(run, world, moves);
                return Optional.of("run %d (-Dwalk.seed=%d) in %s fails after these inputs:%n%s%n%s"
                        .formatted(
                                run,
                                run,
                                world,
                                lines(world, least),
                                run(run, world, least).orElseThrow()));
            }
        }
        return Optional.empty();
    }

    /** Plays the moves and then the truth; says what was violated. */
    private Optional<String> run(long run, Move.World world, List<Move> moves) {
        Snapshot now = world.start();
        try {
            for (Move move : moves) {
                Input input = move.at(now);
                Step step = machine.apply(now, input);
                Invariants.hold(machine, now, input, step);
                now = step.next();
            }
            if (!now.closed()) {
                new Truth(machine, world, now, new SplittableRandom(~run)).settles(now);
            }
            return Optional.empty();
        } catch (AssertionError | RuntimeException violation) {
            return Optional.of(String.valueOf(violation));
        }
    }

    private List<Move> shrunk(long run, Move.World world, List<Move> moves) {
        List<Move> least = moves;
        for (int length = 1; length < moves.size(); length++) {
            if (run(run, world, moves.subList(0, length)).isPresent()) {
                least = moves.subList(0, length);
                break;
            }
        }
        int size;
        do {
            size = least.size();
            for (int i = size - 1; i >= 0; i--) {
                List<Move> without = new ArrayList<>(least);
                without.remove(i);
                if (run(run, world, without).isPresent()) {
                    least = without;
                }
            }
        } while (least.size() < size);
        return least;
    }

    private String lines(Move.World world, List<Move> moves) {
        StringBuilder lines = new StringBuilder();
        Snapshot now = world.start();
        for (Move move : moves) {
            Input input = move.at(now);
            lines.append("  ").append(input).append('\n');
            now = machine.apply(now, input).next();
        }
        return lines.toString();
    }
}
