package dev.hastack.testkit.junit;

import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.ElasticsearchNode;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.StoreCluster;
import dev.hastack.testkit.StoreLayout;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The extension behind {@link HaStackTest}, for registration by code where an annotation cannot say what is wanted:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final HaStackExtension stack =
 *         HaStackExtension.of(PostgresCluster.builder().node("main").node("standby").setting("wal_level", "logical"));
 * }</pre>
 *
 * <p>The field must be static. Registered so, add {@code @ResourceLock("dev.hastack.testkit")} to the class if tests run
 * in parallel.
 */
public final class HaStackExtension implements BeforeAllCallback, BeforeEachCallback, ParameterResolver, TestWatcher {
    private static final Namespace NAMESPACE = Namespace.create(HaStackExtension.class);
    private static final int LOG_LINES = 50;
    private static final Set<Class<?>> NODES = Set.of(PostgresNode.class, RedisNode.class, ElasticsearchNode.class);
    private static final Set<Class<?>> STORES =
            Set.of(PostgresCluster.class, RedisReplication.class, ElasticsearchCluster.class);

    private final @Nullable StoreLayout given;
    private volatile List<StoreCluster> started = List.of();

    /** For JUnit: takes the layouts from {@link HaStackTest}. */
    HaStackExtension() {
        this(null);
    }

    private HaStackExtension(@Nullable StoreLayout given) {
        this.given = given;
    }

    /** Provides a cluster as {@code postgres} describes it; the builder may be reused afterwards. */
    public static HaStackExtension of(PostgresCluster.Builder postgres) {
        return new HaStackExtension(postgres.layout());
    }

    /** Provides what {@code redis} describes; the builder may be reused afterwards. */
    public static HaStackExtension of(RedisReplication.Builder redis) {
        return new HaStackExtension(redis.layout());
    }

    /** Provides a cluster as {@code elasticsearch} describes it; the builder may be reused afterwards. */
    public static HaStackExtension of(ElasticsearchCluster.Builder elasticsearch) {
        return new HaStackExtension(elasticsearch.layout());
    }

    /**
     * The PostgreSQL cluster.
     *
     * @throws IllegalStateException before the first {@code @BeforeAll}, or if none was asked for
     */
    public PostgresCluster postgres() {
        return store(PostgresCluster.class);
    }

    /**
     * The Redis primary with its replicas.
     *
     * @throws IllegalStateException before the first {@code @BeforeAll}, or if none was asked for
     */
    public RedisReplication redis() {
        return store(RedisReplication.class);
    }

    /**
     * The Elasticsearch cluster.
     *
     * @throws IllegalStateException before the first {@code @BeforeAll}, or if none was asked for
     */
    public ElasticsearchCluster elasticsearch() {
        return store(ElasticsearchCluster.class);
    }

    private <T extends StoreCluster> T store(Class<T> type) {
        if (started.isEmpty()) {
            throw new IllegalStateException(
                    "no store has been started: register the extension as a static field, by @RegisterExtension");
        }
        return started.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + type.getSimpleName()
                        + " has been started: name its nodes in @HaStackTest, or give it to HaStackExtension.of"));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        List<StoreLayout> layouts = given == null ? annotated(context) : List.of(given);
        started = layouts.stream()
                .map(layout -> shared(context)
                        .getOrComputeIfAbsent(layout, key -> new Shared(key.start()), Shared.class)
                        .cluster())
                .toList();
        started.forEach(HaStackExtension::renew);
    }

    /** With several forks, Maven has each class run by itself, in one session for each fork. JUnit before 5.13 has only runs. */
    private static ExtensionContext.Store shared(ExtensionContext context) {
        try {
            return context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE);
        } catch (LinkageError e) {
            return context.getRoot().getStore(NAMESPACE);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        started.forEach(HaStackExtension::renew);
    }

    private static void renew(StoreCluster store) {
        store.heal();
        if (store instanceof ElasticsearchCluster elasticsearch) {
            elasticsearch.clear();
        }
    }

    @Override
    public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
        started.forEach(store -> System.err.println(
                "Logs at the failure of " + context.getDisplayName() + ":\n" + store.logs(LOG_LINES)));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return (parameter.isAnnotated(Node.class) ? NODES : STORES).contains(type);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        Optional<String> node = parameter.findAnnotation(Node.class).map(Node::value);
        if (node.isPresent()) {
            if (type == ElasticsearchNode.class) {
                return elasticsearch().node(node.get());
            }
            return type == RedisNode.class
                    ? redis().node(node.get())
                    : postgres().node(node.get());
        }
        return store(type.asSubclass(StoreCluster.class));
    }

    private static List<StoreLayout> annotated(ExtensionContext context) {
        // A nested class has the annotation of the class around it.
        for (Optional<ExtensionContext> at = Optional.of(context);
                at.isPresent();
                at = at.get().getParent()) {
            var found =
                    at.get().getTestClass().flatMap(type -> AnnotationSupport.findAnnotation(type, HaStackTest.class));
            if (found.isPresent()) {
                return Layouts.of(found.get());
            }
        }
        throw new ExtensionConfigurationException("HaStackExtension was registered without a layout: annotate "
                + context.getRequiredTestClass().getName() + " with @HaStackTest, or use HaStackExtension.of");
    }

    /** Closed with its store: JUnit before 5.13 wants its own interface for that, which is deprecated since, and later ones the JDK's. */
    @SuppressWarnings("deprecation")
    private record Shared(StoreCluster cluster) implements ExtensionContext.Store.CloseableResource, AutoCloseable {
        @Override
        public void close() {
            cluster.close();
        }
    }
}
