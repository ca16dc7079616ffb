package dev.hastack.examples.demo;

import dev.hastack.testkit.RedisNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a node of Redis holds, read past all servers and past ha-stack.
 *
 * @param node the node
 * @param prefix of all keys
 */
record RedisKeys(RedisNode node, String prefix) {

    private static final int BATCH = 500;

    /** The values of these keys, in their order; null where there is none. */
    List<@Nullable String> values(List<String> keys) {
        List<@Nullable String> values = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += BATCH) {
            List<String> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
            String[] command = Stream.concat(Stream.of("MGET"), batch.stream().map(key -> prefix + key))
                    .toArray(String[]::new);
            if (node.command(command) instanceof List<?> got) {
                got.forEach(value -> values.add((String) value));
            }
        }
        return values;
    }

    /** Whether this key was there. */
    boolean delete(String key) {
        return Long.valueOf(1).equals(node.command("DEL", prefix + key));
    }
}
