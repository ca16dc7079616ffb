package dev.hastack.examples.demo;

import dev.hastack.examples.service.Lifetime;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One program in a JVM of its own, which ends with this one, however this one ends. */
final class ServiceProcess implements AutoCloseable {

    private static final Pattern LISTENING = Pattern.compile("listening on port (\\d+)");

    private final String name;
    private final Path log;
    private final Alarms alarms;
    private final Process process;
    private final CompletableFuture<URI> url = new CompletableFuture<>();

    private ServiceProcess(String name, Path log, Alarms alarms, Process process) {
        this.name = name;
        this.log = log;
        this.alarms = alarms;
        this.process = process;
    }

    /**
     * Starts a program at a free port.
     *
     * @param log where its output goes, which a thread of this JVM carries there
     * @param alarms who reads it as well
     */
    static ServiceProcess start(
            String name,
            Class<?> program,
            List<String> jvmOptions,
            Map<String, String> environment,
            Path log,
            Alarms alarms) {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Eight of them share a small machine: what counts is a quick start and little memory.
        builder.command()
                .addAll(List.of("-Xmx64m", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss512k"));
        builder.command().add("-D" + Lifetime.WITH_PARENT + "=true");
        builder.command().add("-Dlogback.configurationFile=logback.xml"); // whatever else is on the class path
        builder.command().addAll(jvmOptions);
        builder.command().addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        builder.environment().putAll(environment);
        builder.environment().put("PORT", "0");
        builder.redirectErrorStream(true);
        try {
            ServiceProcess service = new ServiceProcess(name, log, alarms, builder.start());
            Thread output = new Thread(service::carryOutput, name + "-output");
            output.setDaemon(true);
            output.start();
            return service;
        } catch (IOException e) {
            throw new UncheckedIOException("could not start " + name, e);
        }
    }

    String name() {
        return name;
    }

    /**
     * Where it listens.
     *
     * @param timeout on an idle machine
     * @throws IllegalStateException when it ended, or does not say so in time
     */
    URI awaitUrl(Duration timeout) throws InterruptedException {
        Deadline deadline = new Deadline(timeout);
        try {
            while (!url.isDone()) {
                deadline.pause(name + " does not listen; see " + log);
            }
            return url.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(name + " ended; see " + log, e.getCause());
        }
    }

    private void carryOutput() {
        try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                BufferedWriter to = Files.newBufferedWriter(log)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                to.write(line);
                to.newLine();
                to.flush();
                alarms.read(name, line);
                Matcher listening = LISTENING.matcher(line);
                if (listening.find()) {
                    url.complete(URI.create("http://localhost:" + listening.group(1)));
                }
            }
            url.completeExceptionally(new IOException("its output ended"));
        } catch (IOException e) {
            url.completeExceptionally(e);
        }
    }

    /** Ends it at once. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
