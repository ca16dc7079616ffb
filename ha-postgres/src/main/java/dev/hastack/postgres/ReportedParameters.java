package dev.hastack.postgres;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.postgresql.PGConnection;

/**
 * Those parameters of a session that PostgreSQL reports and that a caller may change by SQL, as they were when taken: {@code
 * default_transaction_read_only} since PostgreSQL 14, {@code search_path} since 18, {@code TimeZone} and others always. To
 * compare them costs no round trip, and no look-up either: the driver keeps them in a {@link java.util.TreeMap}, whose entries
 * stay the same while their values change. For one thread at a time.
 */
final class ReportedParameters {
    /** A caller cannot set these. */
    private static final Set<String> FIXED =
            Set.of("in_hot_standby", "integer_datetimes", "is_superuser", "server_encoding", "server_version");

    private static final String APPLICATION_NAME = "application_name";

    private final Parameter[] parameters;

    ReportedParameters(PGConnection session) {
        this.parameters = session.getParameterStatuses().entrySet().stream()
                .filter(parameter -> !FIXED.contains(parameter.getKey()))
                .map(Parameter::new)
                .toArray(Parameter[]::new);
    }

    private static final class Parameter {
        private final Map.Entry<String, String> present;
        private String taken;

        Parameter(Map.Entry<String, String> present) {
            this.present = present;
            this.taken = present.getValue();
        }

        boolean asTaken() {
            // Nearly always the same object: the driver makes a new one for each report.
            return present.getValue().equals(taken);
        }
    }

    /** Whether all are as they were. */
    boolean asTaken() {
        for (Parameter parameter : parameters) {
            if (!parameter.asTaken()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Statements that make them what the session began with. Where an operator has reloaded the server's configuration, that is
     * another value than was taken. The application's name is not among them: the driver sets it after the beginning.
     */
    List<String> resets() {
        return changed()
                .filter(parameter -> !parameter.present.getKey().equals(APPLICATION_NAME))
                .map(parameter -> "RESET " + parameter.present.getKey())
                .toList();
    }

    /** What the application's name was, if it is another. */
    Optional<String> applicationName() {
        return changed()
                .filter(parameter -> parameter.present.getKey().equals(APPLICATION_NAME))
                .map(parameter -> parameter.taken)
                .findAny();
    }

    private Stream<Parameter> changed() {
        return Arrays.stream(parameters).filter(parameter -> !parameter.asTaken());
    }

    /** Takes them anew. */
    void take() {
        for (Parameter parameter : parameters) {
            parameter.taken = parameter.present.getValue();
        }
    }
}
