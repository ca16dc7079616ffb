package dev.hastack.postgres;

import dev.hastack.core.topology.Kind;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Until when nobody logs in at a node that has let nobody in: wrong credentials do not heal by haste, and may lock an account. Immutable.
 *
 * @param denials how many logins in a row were denied
 */
record LoginPause(int denials, Deadline until) {
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** After the first denial as long as from one look to the next, twice as long after each, and none after another failure. */
    static LoginPause after(@Nullable LoginPause before, SQLException failure) {
        if (PostgresErrors.kindOfProbe(failure)
                .filter(kind -> kind != Kind.DENIED)
                .isPresent()) {
            return new LoginPause(0, Deadline.in(Duration.ZERO));
        }
        int denials = before == null ? 1 : Math.min(before.denials + 1, 10);
        Duration pause = Suspect.LOOK.multipliedBy(1L << (denials - 1));
        return new LoginPause(denials, Deadline.in(pause.compareTo(LONGEST) < 0 ? pause : LONGEST));
    }
}
