package dev.hastack.testkit;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A program in a JVM of its own, on the class path of the tests: it can be stopped as a whole, as a machine stops, while its test runs
 * on. What it writes is kept. It is killed when this is closed. Thread-safe.
 */
public final class ChildProgram implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final List<Duration> PAUSES = List.of(Duration.ofSeconds(3), Duration.ofSeconds(6));

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final Thread reader = new Thread(this::read, "output-of-a-child-program");

    private ChildProgram(Process process) {
        this.process = process;
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts the program.
     *
     * @param main the class whose main method is called
     * @param properties become system properties of its JVM
     */
    public static ChildProgram start(Class<?> main, Map<String, String> properties) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        // Surefire starts its JVM with a single jar that names all others.
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", path, main.getName()));
        try {
            return new ChildProgram(new ProcessBuilder(command)
                    .directory(new File("."))
                    .redirectErrorStream(true)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a JVM for " + main.getName(), e);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
            }
        } catch (IOException e) {
            output.add("its output broke off: " + e);
        }
    }

    /** Returns the lines that it has written, to its standard output and its standard error. */
    public List<String> output() {
        return List.copyOf(output);
    }

    /** Returns when it has written the line so many times; throws if it does not within a minute and a half of an idle machine. */
    public void awaitLine(String line, int times) {
        Await.untilSlowly(
                () -> "that the program writes '" + line + "' " + times + " times",
                PATIENCE,
                () -> output.stream().filter(line::equals).count() >= times,
                () -> String.join("\n", output));
    }

    /** Writes a line to its standard input. */
    public void say(String line) {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the program has ended:\n" + String.join("\n", output), e);
        }
    }

    /** Stops all of its threads for so long, in the middle of whatever they do. */
    public void pause(Duration time) {
        signal("STOP");
        long until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
        signal("CONT");
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException(
                        "no " + name + " to the program; it wrote:\n" + String.join("\n", output));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot signal the program", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while it signalled the program", e);
        }
    }

    /**
     * Runs a {@link CallingProgram}, stops it for three seconds, and then for six, more than its calls may take, and lets it go on after each.
     *
     * @return what it wrote until it had ended
     */
    public static List<String> stoppedTwice(Class<?> main, Map<String, String> properties) {
        try (ChildProgram program = start(main, properties)) {
            program.awaitLine(CallingProgram.CALLING, 1);
            for (int i = 0; i < PAUSES.size(); i++) {
                program.pause(PAUSES.get(i));
                program.say("go on");
                program.awaitLine(CallingProgram.CALLING, i + 2);
            }
            return program.end();
        }
    }

    /** Ends its standard input, waits until it has ended by itself, and returns what it wrote. */
    public List<String> end() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the program does not end; it wrote:\n" + String.join("\n", output));
            }
            reader.join();
        } catch (IOException e) {
            throw new UncheckedIOException("the program has ended", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while it waited for the program", e);
        }
        return output();
    }

    @Override
    public void close() {
        Process unused = process.destroyForcibly();
    }
}
