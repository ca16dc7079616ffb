package dev.hastack.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * What a {@link ChildProgram} does whose test stops it: threads that make calls without a pause until its standard input ends. It writes
 * {@value #CALLING} when each thread's calls have gone well again, at first and after each line that it is given; each failure as
 * it comes, after {@value #FAILED}; and what its supplier notices from the first time on, each once, after {@value #NOTICED}.
 */
public final class CallingProgram {
    /** Each thread's calls go well. */
    public static final String CALLING = "calling";
    /** What the line of a failure begins with. */
    public static final String FAILED = "failed: ";
    /** What the line of something noticed begins with. */
    public static final String NOTICED = "noticed: ";

    private static final int ENOUGH = 20;
    private static final Duration LOOK = Duration.ofMillis(5);

    private final List<AtomicLong> successes = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Set<String> noticed = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    private CallingProgram() {}

    /** Returns the settings of the stack, which {@link ChildProgram#start} has made system properties. */
    public static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("ha."))
                .forEach(name -> settings.put(name, System.getProperty(name)));
        return settings;
    }

    /**
     * Makes the calls until standard input ends, and returns then.
     *
     * @param calls by name
     * @param threads of each call
     * @param notices what may be wrong besides, asked every few milliseconds
     */
    public static void run(
            Map<String, ? extends Callable<?>> calls, int threads, Supplier<? extends Collection<String>> notices)
            throws IOException {
        CallingProgram program = new CallingProgram();
        for (Map.Entry<String, ? extends Callable<?>> call : calls.entrySet()) {
            for (int i = 0; i < threads; i++) {
                AtomicLong count = new AtomicLong();
                program.successes.add(count);
                program.begin(call.getKey() + "-" + i, () -> call(call.getKey(), call.getValue(), count));
            }
        }
        program.awaitSuccesses();
        // A JVM that has just started may be slow enough to be noticed.
        while (!notices.get().isEmpty()) {
            LockSupport.parkNanos(LOOK.toNanos());
        }
        program.begin("notices", () -> program.notice(notices.get()));
        System.out.println(CALLING);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (input.readLine() != null) {
            program.awaitSuccesses();
            System.out.println(CALLING);
        }
        program.end();
    }

    private void begin(String name, Runnable again) {
        Thread thread = new Thread(
                () -> {
                    while (!ended) {
                        again.run();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private static void call(String name, Callable<?> call, AtomicLong successes) {
        try {
            Object unused = call.call();
            successes.incrementAndGet();
        } catch (Exception e) {
            System.out.println(FAILED + name + ": " + e);
        }
    }

    private void notice(Collection<String> present) {
        present.stream().filter(noticed::add).forEach(what -> System.out.println(NOTICED + what));
        LockSupport.parkNanos(LOOK.toNanos());
    }

    private void awaitSuccesses() {
        List<Long> before = successes.stream().map(AtomicLong::get).toList();
        for (int i = 0; i < before.size(); i++) {
            while (successes.get(i).get() < before.get(i) + ENOUGH) {
                LockSupport.parkNanos(LOOK.toNanos());
            }
        }
    }

    private void end() {
        ended = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
