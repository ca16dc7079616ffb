package dev.hastack.examples.service;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.config.StackConfigException;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthReport;
import dev.hastack.elasticsearch.HaElasticsearch;
import dev.hastack.examples.http.Handler;
import dev.hastack.examples.http.Response;
import dev.hastack.examples.http.WebServer;
import dev.hastack.postgres.HaPostgres;
import dev.hastack.redis.HaRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a server of either stack runs: it opens the stack of its configuration, serves, and answers {@code /health} from
 * what ha-stack knows, without asking a store. {@code HA_STACK} and {@code HA_SERVICE} say who it is, {@code PORT} where
 * it listens (0: at a free port, as its log says), {@code LISTEN_ADDRESS} at which address: loopback unless it is set, since nobody
 * is asked who he is.
 */
public final class ServiceProgram {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceProgram.class);
    private static final Duration DRAIN = Duration.ofSeconds(2);

    private ServiceProgram() {}

    /** An editing server, until the process ends. */
    public static void editing() {
        run(8080, stack -> {
            HaPostgres postgres = stack.get(HaPostgres.class);
            Schema.createWhenPossible(postgres.primary());
            HaElasticsearch elasticsearch = stack.get(HaElasticsearch.class);
            Publishing publishing = Publishing.start(
                    stack.get(HaRedis.class), postgres.primary(), new SearchIndex(elasticsearch::publication));
            return new Service(
                    new EditingApi(
                            postgres.primary(),
                            postgres.dataSource(),
                            publishing,
                            new Rebuilding(elasticsearch::publication, postgres.primary())),
                    publishing::close);
        });
    }

    /** A delivery server, until the process ends. */
    public static void delivery() {
        run(
                8081,
                stack -> new Service(
                        new DeliveryApi(
                                Routes.atReplicas(stack.get(HaRedis.class)),
                                new SearchIndex(stack.get(HaElasticsearch.class)::publication),
                                new Reading(stack.get(HaPostgres.class).replica())),
                        () -> {}));
    }

    private static void run(int defaultPort, Function<HaStack, Service> program) {
        Lifetime.endWithParent();
        try {
            HaStack stack = HaStack.open(StackConfig.load());
            Service service = program.apply(stack);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                service.close().run();
                                stack.close(DRAIN);
                            },
                            "close"));
            Handler api = new FailureResponses(service.api());
            WebServer server = WebServer.start(
                    Environment.address(),
                    Environment.port(defaultPort),
                    request -> request.path().equals(List.of("health")) ? health(stack) : api.handle(request));
            LOG.info("listening on port {}", server.port());
        } catch (StackConfigException | IllegalArgumentException | IOException e) {
            LOG.error("cannot start: {}", e.getMessage());
            System.exit(1);
        }
    }

    /** 503 takes this process out of a balancer's rotation; one that serves less than it should stays in. */
    private static Response health(HaStack stack) {
        HealthReport report = stack.health();
        return Response.json(report.health() == Health.DOWN ? 503 : 200, HealthJson.of(report));
    }

    /**
     * What a program does on its stack.
     *
     * @param close before the stack is closed
     */
    private record Service(Handler api, Runnable close) {}
}
