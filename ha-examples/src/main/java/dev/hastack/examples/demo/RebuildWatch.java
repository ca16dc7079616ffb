package dev.hastack.examples.demo;

import dev.hastack.examples.http.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A rebuild that one editing server does, seen from outside. */
final class RebuildWatch {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int BAR = 30;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final URI address;

    private RebuildWatch(URI address) {
        this.address = address;
    }

    /**
     * How far it is, as the server says.
     *
     * @param remainingMs an estimate, or null
     * @param waitingFor what it waits for, and for whom; empty when it is over
     */
    record Progress(
            String phase,
            long done,
            long total,
            double rate,
            @Nullable Long remainingMs,
            String waitingFor) {
        boolean isOver() {
            return phase.equals("DONE") || failed();
        }

        boolean failed() {
            return phase.equals("FAILED");
        }

        /** One line for people. */
        String bar() {
            int full = isOver() ? BAR : total == 0 ? 0 : (int) Math.min(BAR, BAR * done / total);
            String left = remainingMs == null || isOver() ? "" : String.format(", %.1f s left", remainingMs / 1000.0);
            return String.format(
                    "[%s%s] %s %d of %d articles, %.0f a second%s%s",
                    "#".repeat(full),
                    ".".repeat(BAR - full),
                    phase.toLowerCase(Locale.ROOT),
                    done,
                    total,
                    rate,
                    left,
                    waitingFor.isEmpty() ? "" : "; waits for " + waitingFor);
        }
    }

    /** Has this server begin. */
    static RebuildWatch begin(URI server, String publication) throws IOException, InterruptedException {
        RebuildWatch watch = new RebuildWatch(server.resolve("/publications/" + publication + "/rebuild"));
        String unused = watch.send("POST", 202);
        return watch;
    }

    Progress progress() throws IOException, InterruptedException {
        return Json.read(send("GET", 200), Progress.class);
    }

    private String send(String method, int expected) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(TIMEOUT)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != expected) {
            throw new IOException(method + " " + address + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }
}
