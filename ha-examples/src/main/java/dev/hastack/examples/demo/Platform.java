package dev.hastack.examples.demo;

import dev.hastack.examples.DeliveryServer;
import dev.hastack.examples.EditingServer;
import dev.hastack.examples.Editor;
import dev.hastack.examples.http.Balancer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The stores and processes of both stacks, and the balancers in front of them. */
final class Platform implements AutoCloseable {

    /**
     * How old what a reader gets may be. The default is longer, and would make a scene of a replica that lags longer
     * than people like to look on.
     */
    static final Duration MAX_LAG = Duration.ofSeconds(2);

    /** How late a process may be: a replica that grows too old is left by a timer, and some twenty processes share this machine. */
    static final Duration LATENESS = Duration.ofSeconds(1);

    /** For every process there is to start, or to see something, on an idle machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final int SERVERS = 3;
    private static final int EDITORS = 2;

    private final Parts parts;
    private final Stores stores;
    private final Alarms alarms = new Alarms();
    private LagWatch lagWatch;
    private Instant wholeSince = Instant.EPOCH;
    private boolean disturbed;
    private final Service editing;
    private final Service delivery;
    private final Service editors;

    private Platform(Parts parts, Path logs, Consumer<String> status) throws InterruptedException {
        this.parts = parts;
        status.accept("starting PostgreSQL, Redis with Sentinels, and Elasticsearch: three nodes each");
        stores = parts.add(Stores.start());
        lagWatch = LagWatch.start(stores);
        status.accept("starting 3 editing servers, 3 delivery servers and 2 editors");
        List<ServiceProcess> editingServers =
                processes("editing-server", SERVERS, EditingServer.class, "editing", logs);
        List<ServiceProcess> deliveryServers =
                processes("delivery-server", SERVERS, DeliveryServer.class, "delivery", logs);
        editing = service(editingServers);
        delivery = service(deliveryServers);
        editors = service(processes("editor", EDITORS, Editor.class, "editing", logs));
        awaitWhole();
    }

    /** Starts everything, and returns when every process sees every node. */
    static Platform start(Path logs, Consumer<String> status) throws InterruptedException {
        Parts parts = Parts.closedAtExit();
        try {
            return new Platform(parts, logs, status);
        } catch (RuntimeException | InterruptedException e) {
            parts.close();
            throw e;
        }
    }

    private List<ServiceProcess> processes(String name, int count, Class<?> program, String stack, Path logs) {
        Map<String, String> environment = new HashMap<>(stores.environment());
        environment.put("HA_STACK", stack);
        environment.put("HA_SERVICE", name);
        environment.put("HA_POSTGRES_READS_MAX_LAG", MAX_LAG.toMillis() + "ms");
        environment.put("HA_REDIS_READS_MAX_LAG", MAX_LAG.toMillis() + "ms");
        // A server that hangs is found by its probe. What is slow here is the machine, for which nobody's write need
        // fail.
        environment.put("HA_REDIS_COMMAND_TIMEOUT", "15s");
        environment.put("HA_ELASTICSEARCH_READS_TIMEOUT", "30s");
        if (program == Editor.class) {
            environment.put(
                    "EDITING_SERVERS",
                    editing.urls().stream().map(URI::toString).collect(Collectors.joining(",")));
        }
        List<ServiceProcess> processes = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            processes.add(parts.add(ServiceProcess.start(
                    name + "-" + i,
                    program,
                    List.of("-Dha.config.files=" + RunFolder.HOME.resolve("stack.properties")),
                    environment,
                    logs.resolve(name + "-" + i + ".log"),
                    alarms)));
        }
        return processes;
    }

    private Service service(List<ServiceProcess> processes) throws InterruptedException {
        List<URI> urls = new ArrayList<>();
        for (ServiceProcess process : processes) {
            urls.add(process.awaitUrl(PATIENCE));
        }
        return new Service(urls, parts.add(new Balancer(urls)));
    }

    /** Mends what a scene broke, and returns when every process has seen it. */
    void heal() throws InterruptedException {
        stores.heal();
        for (String store : List.of(Stores.POSTGRES, Stores.REDIS)) { // Elasticsearch's nodes are all alike
            awaitSeen(store, Stores.MAIN, "PRIMARY"); // who was not asked since may not know that it went
        }
        awaitWhole();
        if (disturbed) {
            disturbed = false;
            wholeSince = Instant.now();
            lagWatch = LagWatch.start(stores);
        }
    }

    /** From here on something is wrong with a store, until all is healed. */
    void disturb() {
        disturbed = true;
        lagWatch.close(); // a server that hangs would have it wait, and others wait for it
    }

    /** What the processes' logs warn of since all is whole, though it is, and the servers do not bear it out. */
    List<Alarms.Alarm> falseAlarms() {
        return FalseAlarms.of(alarms.since(wholeSince), lagWatch.lags());
    }

    private void awaitWhole() throws InterruptedException {
        await("every node", Health::isWhole);
    }

    /** Returns when every server of both stacks sees this node of this store in this role. */
    void awaitSeen(String store, String node, String role) throws InterruptedException {
        await(
                store + " " + node + " as " + role,
                health -> Health.role(health, store, node).equals(role));
    }

    private void await(String what, Predicate<String> seen) throws InterruptedException {
        Deadline deadline = new Deadline(PATIENCE);
        for (Service service : List.of(editing, delivery)) {
            for (URI url : service.urls()) {
                Optional<String> health = Health.ifAnswered(url);
                while (health.filter(seen).isEmpty()) {
                    deadline.pause(url + " does not see " + what + ": " + health.orElse("it does not answer /health"));
                    health = Health.ifAnswered(url);
                }
            }
        }
    }

    /** The topology as an editing server sees it, in one line for each store. */
    List<String> topology() throws InterruptedException {
        return Health.topology(Health.of(editing.urls().get(0)));
    }

    Stores stores() {
        return stores;
    }

    Balancer editing() {
        return editing.balancer();
    }

    /** The address of one of them, always the same. */
    URI anEditingServer() {
        return editing.urls().get(0);
    }

    Balancer delivery() {
        return delivery.balancer();
    }

    Balancer editors() {
        return editors.balancer();
    }

    /** Ends every process and store, and removes the stores' files. */
    @Override
    public void close() {
        parts.close();
    }

    /** The processes of one program. */
    private record Service(List<URI> urls, Balancer balancer) {}
}
