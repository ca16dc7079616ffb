package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

/**
 * Roles and users as files of a node's configuration
 * (https://www.elastic.co/guide/en/elasticsearch/reference/8.19/file-realm.html).
 */
final class ElasticsearchUsers {
    private ElasticsearchUsers() {}

    static void write(Path configuration, Map<String, String> roles, String password) {
        String hash = hash(password);
        // JSON is YAML; what follows a role's first line would have to be indented.
        write(configuration.resolve("roles.yml"), roles, (name, json) -> name + ": " + json.replaceAll("\\s+", " "));
        write(configuration.resolve("users"), roles, (name, json) -> name + ":" + hash);
        write(configuration.resolve("users_roles"), roles, (name, json) -> name + ":" + name);
    }

    /** Elasticsearch looks at the file every five seconds. */
    static void change(Path configuration, String user, String password) {
        Path users = configuration.resolve("users");
        try {
            List<String> lines = Files.readAllLines(users).stream()
                    .map(line -> line.startsWith(user + ":") ? user + ":" + hash(password) : line)
                    .toList();
            Files.write(users, lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + users, e);
        }
    }

    private static void write(Path file, Map<String, String> roles, BinaryOperator<String> line) {
        try {
            Files.write(
                    file,
                    roles.entrySet().stream()
                            .map(role -> line.apply(role.getKey(), role.getValue()))
                            .toList());
            ServerUser.CURRENT.own(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private static String hash(String password) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(password.getBytes(StandardCharsets.UTF_8));
            return "{SHA}" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
