package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class PostgresErrorsTest {

    /** Whole classes of PostgreSQL's appendix A that are the caller's own, or concern one statement. */
    private static final List<String> CALLERS = List.of(
            "00", "01", "02", "03", "09", "0A", "0B", "0F", "0L", "0P", "0Z", "10", "20", "21", "22", "23", "24", "25",
            "26", "27", "2B", "2D", "2F", "34", "38", "39", "3B", "3F", "40", "42", "44", "54", "55", "58", "72", "F0",
            "HV", "P0", "XX");

    private static final Map<String, Kind> STATES = Map.ofEntries(
            Map.entry("25006", Kind.NOT_PRIMARY),
            Map.entry("57P01", Kind.SHUTTING_DOWN),
            Map.entry("57P02", Kind.SHUTTING_DOWN),
            Map.entry("57P03", Kind.SHUTTING_DOWN),
            Map.entry("57014", Kind.TIMEOUT),
            Map.entry("3D000", Kind.DENIED),
            Map.entry("28000", Kind.DENIED),
            Map.entry("28P01", Kind.DENIED),
            Map.entry("08004", Kind.DENIED),
            Map.entry("53300", Kind.OVERLOADED),
            Map.entry("53400", Kind.OVERLOADED),
            Map.entry("53100", Kind.OVERLOADED),
            Map.entry("53200", Kind.OVERLOADED),
            Map.entry("08000", Kind.NETWORK),
            Map.entry("08006", Kind.NETWORK),
            Map.entry("08007", Kind.NETWORK),
            Map.entry("08P01", Kind.NETWORK),
            Map.entry("08001", Kind.REFUSED));

    @TestFactory
    Stream<DynamicTest> each_state_of_the_table_has_its_kind() {
        return STATES.entrySet().stream()
                .map(row -> DynamicTest.dynamicTest(
                        row.getKey() + " is " + row.getValue(),
                        () -> assertThat(PostgresErrors.kind(error(row.getKey())))
                                .contains(row.getValue())));
    }

    @TestFactory
    Stream<DynamicTest> the_rest_of_each_class_is_the_callers_own() {
        return CALLERS.stream()
                .flatMap(type -> Stream.of(type + "000", type + "001", type + "P01"))
                .filter(state -> !STATES.containsKey(state))
                .map(state -> DynamicTest.dynamicTest(
                        state + " says nothing of the node",
                        () -> assertThat(PostgresErrors.kind(error(state))).isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> what_the_driver_found_beneath_decides_within_class_08() {
        return Stream.of(
                row("08006", new EOFException(), Kind.NETWORK),
                row("08006", new SocketTimeoutException("Read timed out"), Kind.TIMEOUT),
                row("08001", new ConnectException("Connection refused"), Kind.REFUSED),
                row("08001", new UnknownHostException("pg-main"), Kind.REFUSED),
                row("08001", new SocketTimeoutException("Connect timed out"), Kind.REFUSED));
    }

    @Test
    void a_connection_that_a_probe_waited_for_in_vain_is_silence() {
        SQLException late = new SQLException("it failed", "08001", new SocketTimeoutException("Read timed out"));
        SQLException refused = new SQLException("it failed", "08001", new ConnectException("Connection refused"));

        assertThat(PostgresErrors.kindOfProbe(late)).contains(Kind.TIMEOUT);
        assertThat(PostgresErrors.kindOfProbe(refused)).contains(Kind.REFUSED);
    }

    @TestFactory
    Stream<DynamicTest> a_probe_that_is_cut_short_has_had_an_answer_and_is_not_denied() {
        return Stream.of("57014", "55P03", "57P05", "25P03", "25P04")
                .map(state -> DynamicTest.dynamicTest(
                        state,
                        () -> assertThat(PostgresErrors.kindOfProbe(error(state)))
                                .contains(Kind.OVERLOADED)));
    }

    private static DynamicTest row(String state, IOException cause, Kind kind) {
        return DynamicTest.dynamicTest(
                state + " over " + cause.getClass().getSimpleName() + " is " + kind,
                () -> assertThat(PostgresErrors.kind(new SQLException("it failed", state, cause)))
                        .contains(kind));
    }

    @Test
    void using_a_closed_connection_says_nothing_of_the_node() {
        assertThat(PostgresErrors.kind(error("08003"))).isEmpty();
    }

    @Test
    void an_idle_session_that_the_server_ended_says_nothing_of_the_node() {
        assertThat(PostgresErrors.kind(error("57P05"))).isEmpty();
    }

    @Test
    void a_bug_is_no_news_of_the_node() {
        assertThat(PostgresErrors.kind(new IllegalStateException())).isEqualTo(Optional.empty());
    }

    private static SQLException error(String state) {
        return new SQLException("it failed", state);
    }
}
