package dev.hastack.redis;

import static dev.hastack.redis.Stacks.inBackground;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplicaGateTest {
    private final ReplicaGate gate = new ReplicaGate();
    private final AtomicInteger asked = new AtomicInteger();

    private CompletableFuture<Boolean> waiter(Duration atMost) {
        return inBackground(() -> gate.await(() -> gate.ready("main") > 0, asked::incrementAndGet, atMost));
    }

    private static InTouch inTouch(long written, Long... acknowledged) {
        return new InTouch(
                written,
                IntStream.range(0, acknowledged.length)
                        .mapToObj(i -> new InTouch.Replica("replica" + i, false, acknowledged[i], 0))
                        .toList());
    }

    private static InTouch said(String... replicas) {
        StringBuilder info = new StringBuilder("role:master\r\nmaster_repl_offset:500\r\n");
        for (int i = 0; i < replicas.length; i++) {
            info.append("slave")
                    .append(i)
                    .append(":ip=127.0.0.1,port=")
                    .append(6380 + i)
                    .append(',');
            info.append(replicas[i]).append("\r\n");
        }
        return InTouch.of(info.toString());
    }

    @Test
    void one_that_gets_a_copy_is_in_touch_when_it_has_loaded_that() {
        gate.heard("main", said("state=online,offset=490,lag=0", "state=wait_bgsave,offset=0,lag=0"));
        assertThat(gate.inTouch("main")).isEqualTo(1);
        gate.heard("main", said("state=online,offset=490,lag=0", "state=online,offset=0,lag=0"));
        assertThat(gate.inTouch("main")).as("it loads").isEqualTo(1);
        gate.missed("main", said("state=online,offset=500,lag=0", "state=online,offset=0,lag=1"));
        assertThat(gate.inTouch("main")).as("it loads still").isEqualTo(1);

        gate.heard("main", said("state=online,offset=500,lag=0", "state=online,offset=500,lag=0"));
        assertThat(gate.inTouch("main")).isEqualTo(2);
    }

    @Test
    void one_that_acknowledged_its_copy_before_the_primary_knew_that_it_was_complete_is_in_touch_at_its_next_word() {
        gate.heard("main", said("state=wait_bgsave,offset=0,lag=0"));
        gate.heard("main", said("state=wait_bgsave,offset=490,lag=0"));
        gate.heard("main", said("state=online,offset=490,lag=0"));
        assertThat(gate.inTouch("main")).as("the primary sends it nothing yet").isZero();
        gate.heard("main", said("state=online,offset=490,lag=1"));
        assertThat(gate.inTouch("main")).as("the primary sends it nothing yet").isZero();

        gate.heard("main", said("state=online,offset=490,lag=0"));
        assertThat(gate.inTouch("main")).isEqualTo(1);
    }

    @Test
    void one_that_goes_on_where_it_was_is_in_touch_before_it_has_acknowledged_anything() {
        gate.heard("main", said());
        gate.heard("main", said("state=online,offset=0,lag=0"));
        assertThat(gate.ready("main")).isEqualTo(1);
    }

    @Test
    void all_go_on_when_a_replica_is_back() throws Exception {
        CompletableFuture<Boolean> first = waiter(Duration.ofMinutes(5));
        CompletableFuture<Boolean> second = waiter(Duration.ofMinutes(5));
        until("both wait", () -> gate.waiting() == 2);

        gate.heard("main", inTouch(10, 10L));

        assertThat(first.get(60, TimeUnit.SECONDS)).isTrue();
        assertThat(second.get(60, TimeUnit.SECONDS)).isTrue();
        assertThat(gate.waiting()).isZero();
    }

    @Test
    void one_that_did_not_acknowledge_in_time_is_waited_for_until_it_has_caught_up_or_left() {
        gate.heard("main", inTouch(100, 100L, 100L));
        assertThat(gate.ready("main")).isEqualTo(2);

        gate.missed("main", inTouch(150, 150L, 100L));
        assertThat(gate.ready("main")).isEqualTo(1);
        assertThat(gate.inTouch("main")).isEqualTo(2);
        gate.heard("main", inTouch(170, 170L, 149L));
        assertThat(gate.ready("main")).isEqualTo(1);
        gate.heard("main", inTouch(190, 170L, 150L));
        assertThat(gate.ready("main")).isEqualTo(2);
        gate.heard("main", inTouch(300, 290L, 149L));
        assertThat(gate.ready("main")).as("that is over").isEqualTo(2);

        gate.missed("main", inTouch(400, 400L, 0L));
        gate.heard("main", inTouch(410, 380L));
        assertThat(gate.ready("main")).as("the other has left").isEqualTo(1);
    }

    @Test
    void a_primary_that_has_begun_anew_is_not_measured_by_what_it_had_written() {
        gate.missed("main", inTouch(1_000, 10L));
        assertThat(gate.ready("main")).isZero();
        gate.heard("main", inTouch(5, 0L));
        assertThat(gate.ready("main")).isEqualTo(1);
    }

    /** Of those whose patience ends at one time, each may have been woken to ask in the place of the one before. */
    @Test
    void somebody_goes_on_asking_when_many_leave_at_once() throws Exception {
        List<CompletableFuture<Boolean>> leave = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            leave.add(waiter(Duration.ofMillis(150)));
        }
        CompletableFuture<Boolean> stays = waiter(Duration.ofMinutes(5));
        for (CompletableFuture<Boolean> one : leave) {
            assertThat(one.get(60, TimeUnit.SECONDS)).isFalse();
        }
        until("it alone waits", () -> gate.waiting() == 1);

        int before = asked.get();

        until("it asks", () -> asked.get() > before + 2);
        gate.heard("main", inTouch(10, 10L));
        assertThat(stays.get(60, TimeUnit.SECONDS)).isTrue();
    }
}
