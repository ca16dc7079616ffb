package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What the nodes of one layout have in common.
 *
 * @param home Elasticsearch's programs
 * @param folder the parent of each node's own
 * @param configuration the folder of log4j2.properties and of keys; Elasticsearch reads keys from nowhere else
 * @param transports each node's port for the others
 * @param password of the user {@code elastic}, where clients have to log in
 * @param tls where clients come by HTTPS
 */
record ElasticsearchSetup(
        ElasticsearchLayout layout,
        Path home,
        Path folder,
        Path configuration,
        Map<String, Integer> transports,
        Optional<String> password,
        Optional<ServerTls> tls) {
    static final String USER = "elastic";
    private static final int EARLIEST_WITH_NATIVE_ACCESS = 21;
    private static final int EARLIEST_WITHOUT_OLD_LOCALES = 23;
    private static final String LOGGING = """
            status = error
            appender.file.type = File
            appender.file.name = file
            appender.file.fileName = ${sys:es.logs.base_path}/log
            appender.file.layout.type = PatternLayout
            appender.file.layout.pattern = %d{ISO8601} %-5p %c{1.} %m%n
            rootLogger.level = info
            rootLogger.appenderRef.file.ref = file
            """;

    static ElasticsearchSetup create(ElasticsearchLayout layout) {
        Path home = ElasticsearchBinaries.home();
        Path folder;
        Path configuration;
        try {
            folder = Files.createTempDirectory(Watchdog.get().folder(), "elasticsearch-");
            ServerUser.CURRENT.own(folder);
            configuration = Files.createDirectory(folder.resolve("config"));
            Files.writeString(configuration.resolve("log4j2.properties"), LOGGING);
            ServerUser.CURRENT.own(configuration.resolve("log4j2.properties"));
            ServerUser.CURRENT.own(configuration);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create a folder for the cluster", e);
        }
        Optional<String> password =
                layout.password() ? Optional.of(UUID.randomUUID().toString()) : Optional.empty();
        password.ifPresent(with -> ElasticsearchUsers.write(configuration, layout.roles(), with));
        var transports = new LinkedHashMap<String, Integer>();
        layout.nodes().forEach(id -> transports.put(id, Ports.free()));
        return new ElasticsearchSetup(
                layout,
                home,
                folder,
                configuration,
                transports,
                password,
                layout.tls() ? Optional.of(ServerTls.create(configuration)) : Optional.empty());
    }

    /** Removes all files. */
    void close() {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        }
    }

    ElasticsearchHttp http(String address) {
        return new ElasticsearchHttp(address, password.map(with -> USER + ":" + with), tls.map(ServerTls::context));
    }

    void changePassword(String user, String password) {
        ElasticsearchUsers.change(configuration, user, password);
    }

    /** As this user, instead of the superuser. */
    ElasticsearchHttp http(String address, String user, String with) {
        return new ElasticsearchHttp(address, Optional.of(user + ":" + with), tls.map(ServerTls::context));
    }

    String scheme() {
        return tls.isPresent() ? "https" : "http";
    }

    /** The server itself, with flags for a quick start; bin/elasticsearch has the rest of them. */
    List<String> command(Path temporary) {
        int java = Runtime.version().feature();
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms" + layout.heap() + "m",
                "-Xmx" + layout.heap() + "m",
                "-Xss1m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-BytecodeVerificationRemote",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.io.tmpdir=" + temporary,
                "-Djava.awt.headless=true",
                "-Dfile.encoding=UTF-8",
                "-Djava.locale.providers=" + (java < EARLIEST_WITHOUT_OLD_LOCALES ? "SPI,COMPAT" : "CLDR"),
                "-Djna.nosys=true",
                "-Dio.netty.noUnsafe=true",
                "-Dio.netty.noKeySetOptimization=true",
                "-Dlog4j.shutdownHookEnabled=false",
                "-Dlog4j2.disable.jmx=true",
                "-Des.path.home=" + home,
                "-Des.distribution.type=zip",
                "-XX:+EnableDynamicAgentLoading",
                "-Djdk.attach.allowAttachSelf=true",
                "--patch-module=java.base="
                        + home.resolve("lib/entitlement-bridge/elasticsearch-entitlement-bridge-"
                                + ElasticsearchBinaries.VERSION + ".jar"),
                "--add-exports=java.base/org.elasticsearch.entitlement.bridge=org.elasticsearch.entitlement,"
                        + "java.logging,java.net.http,java.naming,jdk.net,jdk.zipfs,jdk.management.agent"));
        if (java >= EARLIEST_WITH_NATIVE_ACCESS) {
            command.add("--enable-native-access=org.elasticsearch.nativeaccess,org.apache.lucene.core");
        }
        command.addAll(List.of(
                "--module-path",
                home.resolve("lib").toString(),
                "--add-modules=jdk.net,jdk.management.agent,ALL-MODULE-PATH",
                "-m",
                "org.elasticsearch.server/org.elasticsearch.bootstrap.Elasticsearch"));
        return command;
    }

    ElasticsearchArguments arguments(String id, int port, Path folder) {
        return new ElasticsearchArguments(
                settings(id, port, folder),
                password.map(with -> Map.of("bootstrap.password", with)).orElse(Map.of()),
                configuration,
                folder);
    }

    private Map<String, String> settings(String id, int port, Path folder) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("node.processors", "1");
        settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
        // Before JDK 21 Lucene yields its thread for each mapped file that it closes, a dozen for each refresh:
        // where something else keeps the processors busy, each takes a turn of that, and an index with a refresh
        // under way takes no document meanwhile.
        settings.put("node.store.allow_mmap", "false");
        // A hung node is out after four seconds instead of thirty.
        for (String side : List.of("follower", "leader")) {
            settings.put("cluster.fault_detection." + side + "_check.interval", "500ms");
            settings.put("cluster.fault_detection." + side + "_check.timeout", "2s");
            settings.put("cluster.fault_detection." + side + "_check.retry_count", "2");
        }
        settings.put("cluster.publish.timeout", "5s");
        settings.put("cluster.follower_lag.timeout", "10s");
        settings.put("discovery.find_peers_interval", "200ms");
        settings.put("discovery.initial_state_timeout", "0s");
        settings.putAll(layout.settings());
        settings.put("cluster.name", "ha-testkit");
        settings.put("node.name", id);
        settings.put("path.home", home.toString());
        settings.put("path.data", folder.resolve("data").toString());
        settings.put("path.logs", folder.toString());
        settings.put("network.host", "127.0.0.1");
        settings.put("http.port", Integer.toString(port));
        settings.put("transport.port", Integer.toString(transport(id)));
        settings.put("cluster.initial_master_nodes", String.join(",", layout.nodes()));
        settings.put(
                "discovery.seed_hosts",
                String.join(
                        ",",
                        layout.nodes().stream()
                                .map(node -> "127.0.0.1:" + transport(node))
                                .toList()));
        settings.putAll(security());
        return settings;
    }

    private int transport(String id) {
        Integer port = transports.get(id);
        if (port == null) {
            throw new IllegalArgumentException("no node \"" + id + "\" among " + transports.keySet());
        }
        return port;
    }

    private Map<String, String> security() {
        var settings = new LinkedHashMap<String, String>();
        boolean secured = password.isPresent() || tls.isPresent();
        settings.put("xpack.security.enabled", Boolean.toString(secured));
        if (secured) {
            settings.put("xpack.security.autoconfiguration.enabled", "false");
            settings.put("xpack.security.transport.ssl.enabled", "false");
            settings.put("xpack.security.http.ssl.enabled", Boolean.toString(tls.isPresent()));
        }
        if (secured && password.isEmpty()) {
            settings.put("xpack.security.authc.anonymous.roles", "superuser");
        }
        tls.ifPresent(with -> {
            settings.put("xpack.security.http.ssl.key", with.key().toString());
            settings.put(
                    "xpack.security.http.ssl.certificate", with.certificate().toString());
        });
        return settings;
    }

    /** What a client needs beside addresses. */
    Map<String, String> clientProperties() {
        var properties = new LinkedHashMap<String, String>();
        properties.put("ha.elasticsearch.index-prefix", "cms");
        password.ifPresent(with -> {
            properties.put("ha.elasticsearch.username", USER);
            properties.put("ha.elasticsearch.password", with);
        });
        tls.ifPresent(with -> {
            properties.put("ha.elasticsearch.tls.enabled", "true");
            properties.put(
                    "ha.elasticsearch.tls.trust-certificates",
                    with.certificate().toString());
        });
        return properties;
    }
}
