package dev.hastack.benchmarks.lab.postgres;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Outcome;
import dev.hastack.benchmarks.lab.round.Pace;
import dev.hastack.benchmarks.lab.round.PrimaryStore;
import dev.hastack.benchmarks.lab.round.Round;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.benchmarks.lab.round.Target;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** PostgreSQL: eleven faults, ha-stack and four peers. */
public record PostgresStore() implements PrimaryStore<PostgresServers> {

    @Override
    public String id() {
        return "postgres";
    }

    @Override
    public List<Fault<PostgresServers, Session>> faults() {
        List<Fault<PostgresServers, Session>> faults = new ArrayList<>(List.of(FailedPrimary.values()));
        faults.addAll(List.of(FailedReplica.values()));
        return faults;
    }

    @Override
    public List<Client<PostgresServers, Session>> clients() {
        return List.of(
                new HaStackClient(), HikariClient.DEFAULT, HikariClient.TUNED, new AwsClient(), new SpringClient());
    }

    @Override
    public List<Target<Outcome>> targets() {
        return List.of(
                Target.millis("killed", "first write after the promotion", Outcome::firstWriteOrNever, 50),
                Target.millis("late", "first write after the promotion", Outcome::firstWriteOrNever, 50),
                Target.millis("hung", "first write after the promotion", Outcome::firstWriteOrNever, 100),
                Target.none("stale", "acknowledged writes lost", Outcome::lost),
                Target.none("stale", "untold rows", Outcome::untold),
                Target.none("switchover", "failed reads", Outcome::failedReads),
                Target.millis("given-up", "first write after the last node follows", Outcome::firstWriteOrNever, 1000),
                Target.none("replica-killed", "failed reads", Outcome::failedReads),
                Target.millis("replica-killed", "read silence", Outcome::readSilence, 250),
                Target.none("replica-hung", "failed reads", Outcome::failedReads),
                Target.millis("replica-hung", "read silence", Outcome::readSilence, 1000));
    }

    @Override
    public Pace pace() {
        return new Pace(10, 3, Duration.ofSeconds(30), Round.AROUND);
    }

    @Override
    public String versions(PostgresServers servers) throws SQLException {
        return Versions.text(String.valueOf(servers.main().query("SHOW server_version")));
    }

    @Override
    public PostgresServers start() {
        return PostgresServers.start(Map.of());
    }
}
