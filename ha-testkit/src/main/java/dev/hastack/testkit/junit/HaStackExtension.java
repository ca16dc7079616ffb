package dev.hastack.testkit.junit;

import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresLayout;
import dev.hastack.testkit.PostgresNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
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

    private final @Nullable PostgresLayout given;
    private volatile @Nullable PostgresCluster started;

    /** For JUnit: takes the layout from {@link HaStackTest}. */
    HaStackExtension() {
        this(null);
    }

    private HaStackExtension(@Nullable PostgresLayout given) {
        this.given = given;
    }

    /** Provides a cluster as {@code postgres} describes it; the builder may be reused afterwards. */
    public static HaStackExtension of(PostgresCluster.Builder postgres) {
        return new HaStackExtension(postgres.layout());
    }

    /**
     * The cluster.
     *
     * @throws IllegalStateException before the first {@code @BeforeAll}
     */
    public PostgresCluster postgres() {
        PostgresCluster cluster = started;
        if (cluster == null) {
            throw new IllegalStateException(
                    "no store has been started: register the extension as a static field, by @RegisterExtension");
        }
        return cluster;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        PostgresLayout layout = given == null ? annotated(context) : given;
        PostgresCluster cluster = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(layout, key -> new Shared(PostgresCluster.start(key)), Shared.class)
                .cluster();
        started = cluster;
        cluster.heal();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        postgres().heal();
    }

    @Override
    public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
        System.err.println("Logs at the failure of " + context.getDisplayName() + ":\n"
                + postgres().logs(LOG_LINES));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == PostgresCluster.class || (type == PostgresNode.class && parameter.isAnnotated(Node.class));
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter
                .findAnnotation(Node.class)
                .<Object>map(node -> postgres().node(node.value()))
                .orElseGet(this::postgres);
    }

    private static PostgresLayout annotated(ExtensionContext context) {
        // A nested class has the annotation of the class around it.
        for (Optional<ExtensionContext> at = Optional.of(context);
                at.isPresent();
                at = at.get().getParent()) {
            var found =
                    at.get().getTestClass().flatMap(type -> AnnotationSupport.findAnnotation(type, HaStackTest.class));
            if (found.isPresent()) {
                return layout(found.get().postgres());
            }
        }
        throw new ExtensionConfigurationException("HaStackExtension was registered without a layout: annotate "
                + context.getRequiredTestClass().getName() + " with @HaStackTest, or use HaStackExtension.of");
    }

    private static PostgresLayout layout(Postgres postgres) {
        var builder = PostgresCluster.builder();
        for (String node : postgres.nodes()) {
            builder.node(node);
        }
        if (!postgres.synchronous().isEmpty()) {
            builder.synchronous(postgres.synchronous());
        }
        if (postgres.tls()) {
            builder.tls();
        }
        for (String setting : postgres.settings()) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new ExtensionConfigurationException(
                        "@Postgres(settings): \"" + setting + "\" is not of the form name=value");
            }
            builder.setting(
                    setting.substring(0, equals).strip(),
                    setting.substring(equals + 1).strip());
        }
        return builder.layout();
    }

    /** Closed with the root store: JUnit 5 wants its own interface for that, JUnit 6 the JDK's. */
    private record Shared(PostgresCluster cluster) implements ExtensionContext.Store.CloseableResource, AutoCloseable {
        @Override
        public void close() {
            cluster.close();
        }
    }
}
