package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.net.SocketFactory;

/**
 * What the Redis processes of one layout have in common.
 *
 * @param program redis-server
 * @param folder the parent of each process's own
 * @param password of every user, where users have to log in
 * @param tls where nothing but TLS is spoken
 */
record RedisSetup(Path program, Path folder, Optional<String> password, Optional<ServerTls> tls) {
    static final String APPLICATION = "app";
    private static final String TESTKIT = "testkit";
    private static final String REPLICA = "replica";
    private static final String SENTINEL = "sentinel";

    static RedisSetup create(boolean password, boolean tls) {
        Path program = RedisBinaries.program();
        Path folder;
        try {
            folder = Files.createTempDirectory(Watchdog.get().folder(), "redis-");
            ServerUser.CURRENT.own(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create a folder for the cluster", e);
        }
        return new RedisSetup(
                program,
                folder,
                password ? Optional.of(UUID.randomUUID().toString()) : Optional.empty(),
                tls ? Optional.of(ServerTls.create(folder)) : Optional.empty());
    }

    /** Removes all files. */
    void close() {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        }
    }

    RespClient client(int port, boolean sentinel) {
        List<String> login = sentinel
                ? List.of()
                : password.map(with -> List.of("AUTH", TESTKIT, with)).orElse(List.of());
        return new RespClient(port, tls.map(ServerTls::sockets).orElseGet(SocketFactory::getDefault), login);
    }

    /** How any of the processes listens, and connects to others. */
    Map<String, String> network(int port) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("bind", "127.0.0.1");
        settings.put("port", tls.isPresent() ? "0" : Integer.toString(port));
        tls.ifPresent(with -> {
            settings.put("tls-port", Integer.toString(port));
            settings.put("tls-replication", "yes");
            settings.put("tls-auth-clients", "no");
            settings.put("tls-cert-file", with.certificate().toString());
            settings.put("tls-key-file", with.key().toString());
            settings.put("tls-ca-cert-file", with.certificate().toString());
        });
        return settings;
    }

    /** A node's users; replicas and Sentinels may do no more than they need to. */
    List<String> users() {
        return password.map(with -> List.of(
                        "user default off",
                        "user " + TESTKIT + " on >" + with + " ~* &* +@all",
                        "user " + APPLICATION + " on >" + with + " ~* &* +@all -@admin -@dangerous +info +role",
                        "user " + REPLICA + " on >" + with + " +psync +replconf +ping",
                        "user " + SENTINEL + " on >" + with + " &* +multi +exec +slaveof +replicaof +ping +subscribe"
                                + " +publish +info +role +config|rewrite +client|setname +client|kill +script|kill",
                        "masteruser " + REPLICA,
                        "masterauth " + with))
                .orElse(List.of());
    }

    /** How a Sentinel logs in to the nodes of {@code master}. */
    List<String> sentinelLogin(String master) {
        return password.map(with -> List.of(
                        "sentinel auth-user " + master + " " + SENTINEL, "sentinel auth-pass " + master + " " + with))
                .orElse(List.of());
    }

    /** What a client needs beside addresses. */
    Map<String, String> clientProperties() {
        var properties = new LinkedHashMap<String, String>();
        password.ifPresent(with -> {
            properties.put("ha.redis.username", APPLICATION);
            properties.put("ha.redis.password", with);
        });
        tls.ifPresent(with -> {
            properties.put("ha.redis.tls.enabled", "true");
            properties.put("ha.redis.tls.trust-certificates", with.certificate().toString());
        });
        return properties;
    }
}
