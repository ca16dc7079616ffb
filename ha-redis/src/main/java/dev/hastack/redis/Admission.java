package dev.hastack.redis;

import dev.hastack.core.config.ShownSecret;
import dev.hastack.core.monitor.Cadence;
import dev.hastack.core.topology.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether to ask a server again that denies access, or with which there is no agreement on TLS: haste heals neither. As the monitor does with
 * nodes that it asks, for those that it does not: of a Redis Cluster, and Sentinels. Used by one thread, but for {@link #shows}.
 */
final class Admission {
    private final ShownSecret password;
    private final Duration interval;
    private int denied;
    private Instant until = Instant.MIN;
    private Instant lookAt = Instant.MIN;

    /** @param interval between two questions in calm times */
    Admission(ShownSecret password, Duration interval) {
        this.password = password;
        this.interval = interval;
    }

    /** The server is about to be shown the password. */
    void shows() {
        Optional<String> unused = password.show();
    }

    /** Whether it is left alone now; ends early when there is another password. */
    boolean rests(Instant now) {
        if (denied == 0 || !now.isBefore(until)) {
            return false;
        }
        if (now.isBefore(lookAt)) {
            return true;
        }
        // Perhaps in a file.
        lookAt = now.plus(interval);
        return !password.renewed();
    }

    void answered() {
        denied = 0;
    }

    void failed(Throwable error, Instant now) {
        denied = RedisErrors.kindOfProbe(error).equals(Optional.of(Kind.DENIED)) ? denied + 1 : 0;
        if (denied > 0) {
            until = now.plus(Cadence.denied(interval, denied));
        }
    }
}
