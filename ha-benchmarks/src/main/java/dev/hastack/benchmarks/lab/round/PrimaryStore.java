package dev.hastack.benchmarks.lab.round;

import java.time.Duration;
import java.util.List;

/**
 * A store whose writes go to one primary, which another server may take the place of.
 *
 * @param <S> its servers
 */
public interface PrimaryStore<S extends Servers> extends Store<S, Session, Outcome> {
    List<Column<Outcome>> COLUMNS = List.of(
            new Column<>("first write, ms", Outcome::firstWrite),
            Column.of("write silence, ms", Outcome::writeSilence),
            Column.of("read silence, ms", Outcome::readSilence),
            Column.of("failed writes", Outcome::failedWrites),
            Column.of("failed reads", Outcome::failedReads),
            Column.of("lost", Outcome::lost),
            Column.of("only on stale", Outcome::onlyStale),
            Column.of("untold", Outcome::untold),
            Column.of("misled", Outcome::misled),
            Column.of("longest call, ms", Outcome::longestCall),
            Column.of("stalest read, ms", Outcome::stalest));

    @Override
    default List<Column<Outcome>> columns() {
        return COLUMNS;
    }

    @Override
    default Outcome play(Client<S, Session> client, Fault<S, Session> fault, Duration patience, S servers)
            throws Exception {
        return new Round<>(client, fault, patience).run(servers);
    }
}
