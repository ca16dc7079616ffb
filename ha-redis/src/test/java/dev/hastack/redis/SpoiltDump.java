package dev.hastack.redis;

import dev.hastack.testkit.RedisNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Has a server fail to save its data, upon which it refuses writes (MISCONF), until this is closed. */
final class SpoiltDump implements AutoCloseable {
    private final RedisNode node;
    private final Path file;

    SpoiltDump(RedisNode node) throws IOException {
        this.node = node;
        this.file = Path.of(config("dir"), config("dbfilename"));
        Files.deleteIfExists(file);
        // Redis cannot rename its dump to this.
        Files.createDirectories(file.resolve("in-the-way"));
    }

    void fail() {
        node.command("CONFIG", "SET", "save", "3600 1000000");
        node.command("BGSAVE");
    }

    private String config(String name) {
        return node.command("CONFIG", "GET", name) instanceof List<?> pair ? String.valueOf(pair.get(1)) : "";
    }

    @Override
    public void close() throws IOException {
        Files.delete(file.resolve("in-the-way"));
        Files.delete(file);
    }
}
