package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hastack.core.topology.Kind;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.postgresql.ssl.LibPQFactory;
import org.postgresql.util.PSQLException;

class PostgresTlsTest {

    @Test
    void a_server_that_takes_encrypted_connections_alone_is_told() {
        SQLException refused = new SQLException(
                "FATAL: no pg_hba.conf entry for host \"10.0.0.9\", user \"cms\", database \"cms\", no encryption",
                "28000");

        SQLException told = PostgresTls.explained(refused);
        assertThat((Throwable) told)
                .hasMessageStartingWith("TLS: the server speaks TLS; it wants nothing else of this user")
                .hasMessageContaining("10.0.0.9")
                .hasRootCause(refused);
        assertThat(PostgresErrors.kind(told)).contains(Kind.DENIED);
    }

    @Test
    void a_file_of_this_side_that_cannot_be_used_is_told() {
        Properties properties = new Properties();
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", "/nowhere/root.crt");
        PSQLException useless = catchThrowableOfType(PSQLException.class, () -> new LibPQFactory(properties));

        SQLException told = PostgresTls.explained(useless);

        assertThat((Throwable) told)
                .hasMessageStartingWith("TLS: what this side should show cannot be used")
                .hasMessageContaining("/nowhere/root.crt")
                .hasMessageContaining("ha.postgres.properties.sslcert");
        assertThat(PostgresErrors.kind(told)).contains(Kind.DENIED);
    }

    @Test
    void a_server_that_wants_a_certificate_is_told() {
        SQLException wanted = new SQLException("FATAL: connection requires a valid client certificate", "28000");

        assertThat((Throwable) PostgresTls.explained(wanted))
                .hasMessageStartingWith("TLS: the server refuses the certificate that it was shown, or wants one")
                .hasMessageContaining("ha.postgres.properties.sslcert");
    }

    @Test
    void what_has_nothing_to_do_with_TLS_stays_as_it_is() {
        SQLException refused = new SQLException("FATAL: password authentication failed for user \"cms\"", "28P01");

        assertThat((Throwable) PostgresTls.explained(refused)).isSameAs(refused);
    }
}
