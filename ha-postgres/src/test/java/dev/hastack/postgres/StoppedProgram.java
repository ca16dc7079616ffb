package dev.hastack.postgres;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.testkit.CallingProgram;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Thirty threads that read and write in a JVM that its test stops; a third of them waits for a free connection all the time. */
final class StoppedProgram {
    private static final int THREADS = 15;

    private StoppedProgram() {}

    /** Runs on the settings that are its system properties. */
    public static void main(String[] arguments) throws Exception {
        try (HaStack stack = HaStack.open(StackConfig.of(CallingProgram.settings()))) {
            if (!stack.awaitReady(Duration.ofSeconds(60))) {
                throw new IllegalStateException("not ready: " + stack.health());
            }
            HaPostgres postgres = stack.get(HaPostgres.class);
            Stacks.execute(postgres.primary(), "CREATE TABLE IF NOT EXISTS stopped (at timestamptz DEFAULT now())");
            CallingProgram.run(
                    Map.of(
                            "read", () -> Stacks.query(postgres.replica(), "SELECT 1"),
                            "write", () -> Stacks.execute(postgres.primary(), "INSERT INTO stopped DEFAULT VALUES")),
                    THREADS,
                    () -> wrong(stack));
        }
    }

    /** Open breakers; of nodes that are not UP the log tells. */
    private static List<String> wrong(HaStack stack) {
        return stack.health().stores().stream()
                .flatMap(store -> store.nodes().stream())
                .filter(NodeHealth::breakerOpen)
                .map(node -> "the breaker of " + node.node() + " is open")
                .toList();
    }
}
