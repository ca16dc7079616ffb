package dev.hastack.redis.queue;

import java.util.concurrent.atomic.LongAdder;

/** What happened in this process; {@link JobStats} says what each means. */
record Counters(LongAdder completed, LongAdder failed, LongAdder buried, LongAdder claimed, LongAdder duplicates) {
    Counters() {
        this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
}
