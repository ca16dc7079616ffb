package dev.hastack.examples.service;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.config.StackConfigException;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthReport;
import dev.hastack.examples.http.Handler;
import dev.hastack.examples.http.Response;
import dev.hastack.examples.http.WebServer;
import dev.hastack.postgres.HaPostgres;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a server of either stack runs: it opens the stack of its configuration, serves, and answers {@code /health} from
 * what ha-stack knows, without asking a store. {@code HA_STACK} and {@code HA_SERVICE} say who it is, {@code PORT} where
 * it listens (0: at a free port, as its log says).
 */
public final class ServiceProgram {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceProgram.class);
    private static final Duration DRAIN = Duration.ofSeconds(2);

    private ServiceProgram() {}

    /** An editing server, until the process ends. */
    public static void editing() {
        run(8080, postgres -> {
            Schema.createWhenPossible(postgres.primary());
            return new EditingApi(
                    postgres.primary(),
                    postgres.dataSource(),
                    () -> postgres.topology().describe(Instant.now()));
        });
    }

    /** A delivery server, until the process ends. */
    public static void delivery() {
        run(8081, postgres -> new ReadingApi(ArticleTable.published(), new Reading(postgres.replica())));
    }

    private static void run(int defaultPort, Function<HaPostgres, Handler> api) {
        Lifetime.endWithParent();
        try {
            HaStack stack = HaStack.open(StackConfig.load());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stack.close(DRAIN), "close"));
            Handler handler = api.apply(stack.get(HaPostgres.class));
            WebServer server = WebServer.start(
                    Environment.port(defaultPort),
                    request -> request.path().equals(List.of("health")) ? health(stack) : handler.handle(request));
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
}
