package dev.hastack.benchmarks.overhead;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

/** Spring's lazy connection, which takes a connection of one of two pools at its first statement. */
public final class SpringPeer {
    static final String CONFIGURATION = """
            LazyConnectionDataSourceProxy, targetDataSource: HikariCP over main, readOnlyDataSource: HikariCP over a replica \
            with readOnly=true, as Spring advises""";

    private SpringPeer() {}

    /** Over pools of some kind. */
    public abstract static class Lazy {
        final DataSource source;
        private final HikariDataSource main;
        private final HikariDataSource replica;

        Lazy(Supplier<HikariConfig> kind) {
            main = Hikari.pool(kind.get(), "main");
            HikariConfig readOnly = kind.get();
            readOnly.setReadOnly(true);
            replica = Hikari.pool(readOnly, "replica");
            LazyConnectionDataSourceProxy lazy = new LazyConnectionDataSourceProxy(main);
            lazy.setReadOnlyDataSource(replica);
            source = Work.proved(lazy);
        }

        @TearDown
        public void close() {
            main.close();
            replica.close();
        }
    }

    /** Over pools that are tracked as ha-stack's are. */
    @State(Scope.Benchmark)
    public static class Tracked extends Lazy {
        public Tracked() {
            super(Hikari::tracked);
        }
    }

    /** Over pools that nobody watches. */
    @State(Scope.Benchmark)
    public static class Bare extends Lazy {
        public Bare() {
            super(Hikari::bare);
        }
    }
}
