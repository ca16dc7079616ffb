package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ClosableTimerTest {
    @Test
    void takes_a_task_after_its_end_and_never_runs_it() {
        ClosableTimer timer = new ClosableTimer();
        AtomicBoolean ran = new AtomicBoolean();
        timer.stop();

        var timeout = timer.newTimeout(any -> ran.set(true), 0, TimeUnit.NANOSECONDS);

        assertThat(timeout.isCancelled()).isTrue();
        assertThat(timeout.isExpired()).isFalse();
        assertThat(timeout.cancel()).isFalse();
        assertThat(ran).isFalse();
    }
}
