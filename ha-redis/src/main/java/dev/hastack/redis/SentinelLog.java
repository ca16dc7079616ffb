package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.topology.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log says of Sentinels: one line for all that ceased to answer in one round, and one for all that answer again, since they mostly
 * share a fault. Used by one thread.
 */
final class SentinelLog {
    private static final Logger log = LoggerFactory.getLogger(SentinelLog.class);

    private final List<String> failures = new ArrayList<>();
    private final List<Address> back = new ArrayList<>();
    private Duration absence = Duration.ZERO;

    /** One does not answer, for the first time since it did. */
    void failed(String why) {
        failures.add(why);
    }

    /** One answers again. */
    void back(Address sentinel, Duration after) {
        back.add(sentinel);
        absence = after.compareTo(absence) > 0 ? after : absence;
    }

    /** Ends the round: says what was heard in it. */
    void tell() {
        if (!failures.isEmpty()) {
            log.atWarn().addKeyValue("sentinels", failures.size()).log("{}", String.join("; ", failures));
            failures.clear();
        }
        if (!back.isEmpty()) {
            log.atInfo()
                    .addKeyValue("sentinels", back.size())
                    .log(
                            "{} again, after {}",
                            back.size() == 1
                                    ? "Sentinel " + back.get(0) + " answers"
                                    : "Sentinels " + names() + " answer",
                            Words.of(absence));
            back.clear();
            absence = Duration.ZERO;
        }
    }

    private String names() {
        return back.stream().map(Address::toString).collect(Collectors.joining(", "));
    }
}
