package dev.hastack.benchmarks.lab.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CallsTest {
    private final Calls calls = new Calls();

    @Test
    void a_call_that_fails_counts_as_one_that_succeeds() {
        assertThatThrownBy(() -> calls.time(() -> {
                    throw new IllegalStateException("refused");
                }))
                .hasMessage("refused");

        assertThat(calls.longest()).isPositive();
    }

    @Test
    void a_call_that_does_not_return_counts_for_as_long_as_it_lasts() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        Thread caller = new Thread(() -> {
            try {
                calls.time(() -> {
                    begun.countDown();
                    return over.await(60, TimeUnit.SECONDS);
                });
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        caller.start();
        begun.await();

        long before = calls.longest();
        assertThat(before).isPositive();
        assertThat(calls.longest()).isGreaterThan(before);
        over.countDown();
        caller.join();
    }
}
