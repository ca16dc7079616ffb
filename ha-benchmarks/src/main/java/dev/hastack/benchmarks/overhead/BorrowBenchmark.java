package dev.hastack.benchmarks.overhead;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/**
 * What ha-stack adds to a borrow and return, next to HikariCP doing the same, and to others that route. The part of a method's name before the
 * underscore says what is done, the part behind it who does it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BorrowBenchmark {

    @Benchmark
    public Connection primary_ha(Pools.HaOne ha) throws SQLException {
        return borrow(ha.primary);
    }

    @Benchmark
    public Connection primary_tracked(Pools.Tracked hikari) throws SQLException {
        return borrow(hikari.pool);
    }

    @Benchmark
    public Connection primary_bare(Pools.Bare hikari) throws SQLException {
        return borrow(hikari.pool);
    }

    private static Connection borrow(DataSource source) throws SQLException {
        Connection connection = source.getConnection();
        connection.close();
        return connection;
    }

    @Benchmark
    public Connection replica_ha(Pools.HaOne ha) throws SQLException {
        return borrow(ha.replica);
    }

    @Benchmark
    public Connection replica_ha2(Pools.HaTwo ha) throws SQLException {
        return borrow(ha.replica);
    }

    @Benchmark
    public Connection replica_tracked(Pools.Tracked hikari) throws SQLException {
        return borrowReadOnly(hikari.pool);
    }

    @Benchmark
    public Connection replica_bare(Pools.Bare hikari) throws SQLException {
        return borrowReadOnly(hikari.pool);
    }

    private static Connection borrowReadOnly(DataSource source) throws SQLException {
        Connection connection = source.getConnection();
        connection.setReadOnly(true);
        connection.close();
        return connection;
    }

    @Benchmark
    public boolean routed_ha(Pools.HaOne ha) throws SQLException {
        return Work.read(ha.routed);
    }

    @Benchmark
    public boolean routed_tracked(Pools.Tracked hikari) throws SQLException {
        return Work.read(hikari.pool);
    }

    @Benchmark
    public boolean routed_spring(SpringPeer.Tracked spring) throws SQLException {
        return Work.read(spring.source);
    }

    @Benchmark
    public boolean routed_springBare(SpringPeer.Bare spring) throws SQLException {
        return Work.read(spring.source);
    }

    @Benchmark
    public boolean routed_aws(AwsPeer.Within aws) throws SQLException {
        return Work.read(aws.source);
    }

    @Benchmark
    public boolean routed_awsAround(AwsPeer.Around aws) throws SQLException {
        return Work.read(aws.source);
    }

    @Benchmark
    public boolean routed_sharding(ShardingPeer sharding) throws SQLException {
        return Work.read(sharding.source);
    }

    @Benchmark
    public boolean written_ha(Pools.HaOne ha) throws SQLException {
        return Work.write(ha.routed);
    }

    @Benchmark
    public boolean written_tracked(Pools.Tracked hikari) throws SQLException {
        return Work.write(hikari.pool);
    }

    @Benchmark
    public boolean written_spring(SpringPeer.Tracked spring) throws SQLException {
        return Work.write(spring.source);
    }

    @Benchmark
    public boolean written_springBare(SpringPeer.Bare spring) throws SQLException {
        return Work.write(spring.source);
    }

    @Benchmark
    public boolean written_aws(AwsPeer.Within aws) throws SQLException {
        return Work.write(aws.source);
    }

    @Benchmark
    public boolean written_awsAround(AwsPeer.Around aws) throws SQLException {
        return Work.write(aws.source);
    }

    @Benchmark
    public boolean written_sharding(ShardingPeer sharding) throws SQLException {
        return Work.write(sharding.source);
    }
}
