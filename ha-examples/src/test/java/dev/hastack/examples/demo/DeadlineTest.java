package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeadlineTest {

    private final AtomicLong clock = new AtomicLong(-5);
    private double load = 0.5;
    private final Deadline deadline =
            new Deadline(Duration.ofSeconds(60), Duration.ofMillis(1), clock::get, () -> load);

    @Test
    void is_over_after_its_time_on_an_idle_machine() throws Exception {
        after(60);
        deadline.pause("nothing yet");
        assertThat(deadline.isOver()).isFalse();

        after(1);
        assertThat(deadline.isOver()).isTrue();
        assertThatThrownBy(() -> deadline.pause("main is not up")).hasMessage("after 61 s: main is not up");
    }

    @Test
    void gives_as_much_more_time_as_there_is_more_to_do_on_the_machine() {
        load = 3;
        after(180);
        assertThat(deadline.isOver()).isFalse();
        after(1);
        assertThat(deadline.isOver()).isTrue();
    }

    @Test
    void ends_on_any_machine() {
        load = 1_000;
        after(601);
        assertThat(deadline.isOver()).isTrue();
    }

    @Test
    void a_kernel_says_how_many_threads_want_to_run_for_each_core() {
        assertThat(DelayWatch.perCore(List.of("cpu  1 2 3", "cpu0 1 2", "cpu1 1 2", "procs_running 7")))
                .isEqualTo(3.5);
        assertThat(DelayWatch.perCore(List.of())).isEqualTo(1);
    }

    private void after(long seconds) {
        clock.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }
}
