package dev.hastack.postgres;

import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresLayout;

/** How a server refuses new connections of ha-stack's, while it keeps those that it has. */
enum Refusal {
    /** 53300. */
    LIMIT("ALTER ROLE %1$s CONNECTION LIMIT 0", "ALTER ROLE %1$s CONNECTION LIMIT -1", "too many connections for role"),
    /** 28P01. */
    PASSWORD("ALTER ROLE %1$s PASSWORD 'other'", "ALTER ROLE %1$s PASSWORD '%2$s'", "password authentication failed"),
    /** 28000. */
    NO_LOGIN("ALTER ROLE %1$s NOLOGIN", "ALTER ROLE %1$s LOGIN", "is not permitted to log in"),
    /** 55000, of which the error table knows nothing. */
    DATABASE(
            "ALTER DATABASE %3$s ALLOW_CONNECTIONS false",
            "ALTER DATABASE %3$s ALLOW_CONNECTIONS true", "is not currently accepting connections");

    private final String begin;
    private final String end;
    private final String words;

    Refusal(String begin, String end, String words) {
        this.begin = begin;
        this.end = end;
        this.words = words;
    }

    /** What the server says when it refuses one. */
    String words() {
        return words;
    }

    void begin(PostgresCluster cluster) throws Exception {
        run(cluster, begin);
    }

    void end(PostgresCluster cluster) throws Exception {
        run(cluster, end);
    }

    private static void run(PostgresCluster cluster, String sql) throws Exception {
        PostgresLayout layout = cluster.layout();
        String unused = cluster.primary().query(sql.formatted(layout.username(), layout.password(), layout.database()));
        Stacks.untilLevel(cluster);
    }
}
