package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.topology.Snapshot;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLWarning;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Walks every public exception of the libraries through {@link StackFailure}, so that one {@code catch} serves all stores. */
class FailureContractTest {
    /** The failure of no call: one of configuration, and the words for one of TLS that a probe's or a driver's exception has as its cause. */
    private static final Set<String> OF_NO_CALL = Set.of("StackConfigException", "TlsFault");

    /** Where the exception says what it was made with. */
    private static final Outcome GIVEN_OUTCOME = Outcome.UNKNOWN;

    private static final Reason GIVEN_REASON = Reason.TIMED_OUT;

    /** Name, store, outcome, reason, whether to repeat the call is safe and likely to help, and what it is for the users of the store alone. */
    private static final String TABLE = """
            NodeFailedException                   given         NOT_SENT         given           true  Exception
            PostgresNoPrimaryException            postgres      NOT_SENT         given           true  SQLTransientConnectionException
            PostgresNoReplicaException            postgres      NOT_SENT         given           true  SQLTransientConnectionException
            PostgresOverloadedException           postgres      NOT_SENT         OVERLOADED      true  SQLTransientConnectionException
            PostgresUnavailableException          postgres      NOT_SENT         OVERLOADED      true  SQLTransientConnectionException
            PostgresInterruptedException          postgres      NOT_SENT         INTERRUPTED     false SQLTransientConnectionException
            PostgresNotWritableException          postgres      NOT_SENT         NOT_WRITABLE    false SQLNonTransientConnectionException
            PostgresClosedException               postgres      NOT_SENT         CLOSED          false SQLNonTransientConnectionException
            PostgresNotDurableException           postgres      DONE_NOT_DURABLE NOT_DURABLE     false SQLException
            PostgresConnectionLostException       postgres      given            CONNECTION_LOST false IOException
            RedisNoPrimaryException               redis         given            given           false RedisException
            RedisNoReplicaException               redis         NOT_SENT         given           true  RedisException
            RedisOverloadedException              redis         NOT_SENT         OVERLOADED      true  RedisException
            RedisNotWritableException             redis         NOT_SENT         NOT_WRITABLE    false RedisException
            RedisClosedException                  redis         NOT_SENT         CLOSED          false RedisException
            RedisInterruptedException             redis         NOT_SENT         INTERRUPTED     false RedisCommandInterruptedException
            RedisRefusedException                 redis         NOT_SENT         REFUSED         false RedisException
            RedisSharedConnectionException        redis         given            REFUSED         false RedisException
            RedisNotDurableException              redis         DONE_NOT_DURABLE NOT_DURABLE     false RedisException
            RedisOutcomeUnknownException          redis         UNKNOWN          given           false RedisException
            RedisTimeoutException                 redis         given            TIMED_OUT       true  RedisCommandTimeoutException
            RedisConnectionLostException          redis         given            CONNECTION_LOST true  RedisException
            EnqueueUnknownException               redis         UNKNOWN          CONNECTION_LOST false RedisException
            ElasticsearchNoNodeException          elasticsearch given            given           false IOException
            ElasticsearchOverloadedException      elasticsearch NOT_SENT         OVERLOADED      true  IOException
            ElasticsearchUnavailableException     elasticsearch NOT_SENT         UNAVAILABLE     true  IOException
            ElasticsearchNotWritableException     elasticsearch NOT_SENT         NOT_WRITABLE    false IOException
            ElasticsearchClosedException          elasticsearch given            CLOSED          false IOException
            ElasticsearchTimeoutException         elasticsearch given            TIMED_OUT       false SocketTimeoutException
            ElasticsearchInterruptedException     elasticsearch given            INTERRUPTED     false InterruptedIOException
            ElasticsearchPartialResultsException  elasticsearch NOT_DONE         PARTIAL         true  IOException
            ElasticsearchOutcomeUnknownException  elasticsearch UNKNOWN          given           false IOException
            PublicationWriteException             elasticsearch given            given           false IOException
            PublicationException                  elasticsearch given            given           false RuntimeException
            NotProvisioned                        elasticsearch NOT_DONE         REFUSED         false PublicationException
            Invalid                               elasticsearch NOT_DONE         REFUSED         false PublicationException
            Busy                                  elasticsearch NOT_DONE         CONFLICT        true  PublicationException
            RebuildFailed                         elasticsearch given            REFUSED         false PublicationException
            """;

    private static final Map<Class<?>, Object> ARGUMENTS = Map.ofEntries(
            Map.entry(String.class, "given"),
            Map.entry(Outcome.class, GIVEN_OUTCOME),
            Map.entry(Reason.class, GIVEN_REASON),
            Map.entry(Snapshot.class, Snapshot.initial(Optional.empty(), Optional.empty())),
            Map.entry(Object.class, "an answer"),
            Map.entry(int.class, 1),
            Map.entry(List.class, List.of("a difference")),
            Map.entry(Throwable.class, new IllegalStateException("a cause")),
            Map.entry(IOException.class, new IOException("a cause")),
            Map.entry(SQLException.class, new SQLException("too many clients", "53300")),
            Map.entry(SQLTransientConnectionException.class, new SQLTransientConnectionException("none", "08001")),
            Map.entry(SQLWarning.class, new SQLWarning("cancelled")),
            Map.entry(RedisException.class, new RedisException("Connection disconnected")),
            Map.entry(InterruptedException.class, new InterruptedException()));

    private static Map<String, Class<?>> exceptions() {
        return new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages(
                                "dev.hastack.core",
                                "dev.hastack.postgres",
                                "dev.hastack.redis",
                                "dev.hastack.elasticsearch")
                        .stream()
                        .filter(type -> type.isAssignableTo(Throwable.class))
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .filter(type -> !OF_NO_CALL.contains(type.getSimpleName()))
                        .collect(Collectors.toMap(JavaClass::getSimpleName, JavaClass::reflect));
    }

    private static Map<String, List<String>> table() {
        return TABLE.lines()
                .map(line -> List.of(line.split(" +")))
                .collect(Collectors.toMap(row -> row.get(0), Function.identity()));
    }

    @Test
    void every_public_exception_has_a_row() {
        assertThat(exceptions().keySet()).containsExactlyInAnyOrderElementsOf(table().keySet());
    }

    @TestFactory
    Stream<DynamicTest> each_says_what_its_row_says() {
        Map<String, List<String>> table = table();
        return exceptions().entrySet().stream()
                .map(type -> DynamicTest.dynamicTest(
                        type.getKey(), () -> says(type.getValue(), Objects.requireNonNull(table.get(type.getKey())))));
    }

    private static void says(Class<?> type, List<String> row) throws ReflectiveOperationException {
        Throwable error = instance(type);
        StackFailure failure = StackFailure.of(new CompletionException(new IllegalStateException(error)))
                .orElseThrow();

        assertThat(failure).isSameAs(error);
        assertThat(failure.store()).isEqualTo(row.get(1));
        assertThat(failure.outcome().name()).isEqualTo(given(row.get(2), GIVEN_OUTCOME));
        assertThat(failure.reason().name()).isEqualTo(given(row.get(3), GIVEN_REASON));
        assertThat(failure.retryable()).isEqualTo(Boolean.parseBoolean(row.get(4)));
        assertThat(type.getSuperclass().getSimpleName()).isEqualTo(row.get(5));
        assertThat(failure.node()).isNotNull();
        assertThat(failure.topology()).isNotNull();
    }

    private static String given(String cell, Enum<?> given) {
        return cell.equals("given") ? given.name() : cell;
    }

    private static Throwable instance(Class<?> type) throws ReflectiveOperationException {
        Constructor<?> constructor = Arrays.stream(type.getDeclaredConstructors())
                .filter(any -> ARGUMENTS.keySet().containsAll(List.of(any.getParameterTypes())))
                .max(Comparator.comparingInt(Constructor::getParameterCount))
                .orElseThrow();
        constructor.setAccessible(true);
        return (Throwable) constructor.newInstance(Arrays.stream(constructor.getParameterTypes())
                .map(ARGUMENTS::get)
                .toArray());
    }
}
