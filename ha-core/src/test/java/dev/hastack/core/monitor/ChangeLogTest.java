package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Failure;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ChangeLogTest {
    private final Logger topology = (Logger) LoggerFactory.getLogger("dev.hastack.topology");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void read() {
        lines.start();
        topology.addAppender(lines);
    }

    @AfterEach
    void close() {
        topology.detachAppender(lines);
    }

    private void log(Change change) {
        new ChangeLog().accept(new StoreChange("fake", change, Snapshot.initial(Optional.empty(), Optional.empty())));
    }

    @Test
    void an_epoch_that_was_given_up_is_warned_of_with_what_is_gone_and_where_writes_go_on() {
        log(new Change.EpochAbandoned(7, OptionalLong.of(6), Optional.of("a"), Optional.of("gone is 5 writes")));

        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage())
                    .isEqualTo("fake: epoch 7 was given up: no node has it any more, all follow a at epoch 6;"
                            + " gone is 5 writes");
        });
    }

    @Test
    void one_that_an_operator_gave_up_is_warned_of_as_the_operators() {
        log(new Change.EpochAbandoned(7, OptionalLong.empty(), Optional.empty(), Optional.empty()));

        assertThat(lines.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEqualTo("fake: epoch 7 was given up by an operator");
    }

    @Test
    void the_absence_of_a_node_ends_when_it_becomes_the_primary() {
        ChangeLog log = new ChangeLog();
        Change down = new Change.NodeDown("a", new Failure(Kind.REFUSED, "Connection refused", Instant.EPOCH));
        for (Change change : List.of(
                down, new Change.PrimaryLost("b", "gone"), new Change.PrimaryMoved("b", "a"), new Change.NodeUp("a"))) {
            log.accept(new StoreChange("fake", change, Snapshot.initial(Optional.empty(), Optional.empty())));
        }

        assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage).satisfies(told -> {
            assertThat(told.get(2))
                    .startsWith("fake: the primary moved from b to a, after ")
                    .endsWith(" of its absence");
            assertThat(told.get(3)).isEqualTo("fake: a is up");
        });
    }
}
