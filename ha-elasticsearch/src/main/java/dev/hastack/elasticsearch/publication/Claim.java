package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.OpType;
import co.elastic.clients.elasticsearch.core.GetResponse;
import co.elastic.clients.elasticsearch.core.IndexResponse;
import co.elastic.clients.json.JsonData;
import dev.hastack.core.failure.Outcome;
import dev.hastack.elasticsearch.ElasticsearchClosedException;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right of one process to change what a publication's aliases lead to. It is a document that its owner renews; if for a
 * while it stays as it is, its owner is dead, and another takes it over. Whoever was only paused finds out at the next step
 * that counts: those need the alias {@code -next} of its generation, which is gone, and whose number is never used again.
 *
 * <p>For the reasons, see docs/decisions.md, ES-26.
 */
final class Claim {
    private static final Logger LOG = LoggerFactory.getLogger(Claim.class);

    /** For so long an interrupted thread waits until the claim is given back. */
    private static final Duration LAST_WORD = Duration.ofSeconds(2);

    private final Control control;
    private final String publication;
    private final String token;
    private final ScheduledExecutorService beats;
    private final ReentrantLock lock = new ReentrantLock();
    private Place place;
    private int last;

    private Claim(Control control, String publication, String token, Place place, int last, Times times) {
        this.control = control;
        this.publication = publication;
        this.token = token;
        this.place = place;
        this.last = last;
        this.beats = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "ha-rebuild-claim-" + publication);
            thread.setDaemon(true);
            return thread;
        });
        long every = times.beat().toMillis();
        var unused = beats.scheduleWithFixedDelay(this::renew, every, every, TimeUnit.MILLISECONDS);
    }

    /** Which of its states the document is in: each write of it has another. */
    private record Place(@Nullable Long sequence, @Nullable Long term) {
        static Place of(IndexResponse written) {
            return new Place(written.seqNo(), written.primaryTerm());
        }
    }

    /**
     * The document.
     *
     * @param owner for people
     * @param token of who has it; empty: nobody
     * @param last number of a generation that was given out
     */
    private record State(Place place, String owner, String token, int last) {
        static Optional<State> read(Control control, String publication) throws IOException {
            GetResponse<JsonData> found =
                    control.client().get(get -> get.index(control.index()).id(publication), JsonData.class);
            JsonData source = found.source();
            if (source == null) {
                return Optional.empty();
            }
            JsonObject json = source.toJson().asJsonObject();
            return Optional.of(new State(
                    new Place(found.seqNo(), found.primaryTerm()),
                    json.getString("owner"),
                    json.getString("token"),
                    json.getInt("last")));
        }
    }

    /**
     * What processes wait for of each other; the same in every one of them, so not configurable.
     *
     * @param beat how often a claim is renewed
     * @param expiry how long it has to stay as it is until its owner counts as dead; several times {@code beat}, since a cluster
     *     may be slow
     * @param life how long a look at the {@link Markers} counts
     */
    record Times(Duration beat, Duration expiry, Duration life) {
        static final Times DEFAULT = new Times(Duration.ofSeconds(2), Duration.ofSeconds(15), Duration.ofSeconds(1));
    }

    interface Action<R> {
        R run(Claim claim) throws IOException, InterruptedException;
    }

    /**
     * Does something while this process has the claim.
     *
     * @throws PublicationException.Busy if another process that is alive has it
     */
    static <R> R with(Control control, String publication, Times times, Action<R> action)
            throws IOException, InterruptedException {
        Claim claim = take(control, publication, times);
        try {
            return action.run(claim);
        } finally {
            claim.giveBack();
        }
    }

    private static Claim take(Control control, String publication, Times times)
            throws IOException, InterruptedException {
        control.create();
        String token = UUID.randomUUID().toString();
        try {
            IndexResponse created = control.client()
                    .index(put -> put.index(control.index())
                            .id(publication)
                            .opType(OpType.Create)
                            .document(document(token, 0)));
            return new Claim(control, publication, token, Place.of(created), 0, times);
        } catch (IOException | ElasticsearchException e) {
            if (!Statuses.isConflict(e)) {
                notTaken(control, publication, token, e);
                throw e;
            }
            return takeOver(control, publication, token, times);
        }
    }

    /** If it may have been taken nevertheless, it is given back; not on the caller's thread, which may be interrupted. */
    private static void notTaken(Control control, String publication, String token, Exception failure) {
        if (Outcome.of(failure) == Outcome.UNKNOWN) {
            Thread thread = new Thread(() -> release(control, publication, token), "ha-rebuild-claim-" + publication);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static Claim takeOver(Control control, String publication, String token, Times times)
            throws IOException, InterruptedException {
        State seen = free(control, publication, times);
        try {
            Place taken = replace(control, publication, seen.place(), document(token, seen.last()));
            return new Claim(control, publication, token, taken, seen.last(), times);
        } catch (IOException | ElasticsearchException e) {
            if (Statuses.isConflict(e)) {
                throw new PublicationException.Busy(publication, "another process that has just begun");
            }
            notTaken(control, publication, token, e);
            throw e;
        }
    }

    /** Waits until nobody has it, or its owner is dead. */
    private static State free(Control control, String publication, Times times)
            throws IOException, InterruptedException {
        State seen = present(control, publication);
        State now = seen;
        long since = System.nanoTime();
        while (!now.token().isEmpty()) {
            if (!now.place().equals(seen.place())) {
                throw new PublicationException.Busy(publication, now.owner());
            }
            if (System.nanoTime() - since > times.expiry().toNanos()) {
                LOG.atWarn()
                        .addKeyValue("publication", publication)
                        .log(
                                "taking over from {}, which has shown no sign of life for {}",
                                now.owner(),
                                times.expiry());
                return now;
            }
            TimeUnit.NANOSECONDS.sleep(times.beat().toNanos() / 4);
            now = present(control, publication);
        }
        // Not asked again: whoever took it meanwhile would be taken for dead.
        return now;
    }

    private static State present(Control control, String publication) throws IOException {
        return State.read(control, publication)
                .orElseThrow(() -> new IOException("document " + publication + " of " + control.index() + " is gone"));
    }

    private static Place replace(Control control, String publication, Place seen, JsonData document)
            throws IOException {
        return Place.of(control.client()
                .index(put -> put.index(control.index())
                        .id(publication)
                        .ifSeqNo(seen.sequence())
                        .ifPrimaryTerm(seen.term())
                        .document(document)));
    }

    /**
     * The number of a generation that is about to be made.
     *
     * @param least greater than all that are there
     * @return one that was never given out
     */
    int number(int least) throws IOException {
        lock.lock();
        try {
            int number = Math.max(least, last + 1);
            place = replace(control, publication, place, document(token, number));
            last = number;
            return number;
        } finally {
            lock.unlock();
        }
    }

    private void renew() {
        lock.lock();
        try {
            State now = present(control, publication);
            if (!now.token().equals(token)) {
                LOG.atWarn()
                        .addKeyValue("publication", publication)
                        .log("{} has taken over: this process was too slow to renew its claim", now.owner());
                beats.shutdown();
                return;
            }
            // Not by what the last renewal answered: that answer may have been lost.
            place = replace(control, publication, now.place(), document(token, last));
        } catch (ElasticsearchClosedException e) {
            // The rebuild may be held up by the program's own code, for good.
            beats.shutdown();
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().addKeyValue("publication", publication).setCause(e).log("cannot renew the claim");
        } finally {
            lock.unlock();
        }
    }

    /** On the thread that renews it, since the caller's may be interrupted, or may have no time left. */
    private void giveBack() {
        CompletableFuture<Void> given;
        try {
            given = CompletableFuture.runAsync(() -> release(control, publication, token), beats);
        } catch (RejectedExecutionException e) {
            // It was taken over, or the stack is closed.
            return;
        } finally {
            beats.shutdown();
        }
        if (Thread.currentThread().isInterrupted()) {
            given = given.completeOnTimeout(null, LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
        }
        given.join();
    }

    /** Gives it back if the claim has this token. It looks first: where an answer was lost, what is known is not what is there. */
    private static void release(Control control, String publication, String token) {
        try {
            boolean conflict = true;
            while (conflict) {
                Optional<State> now = State.read(control, publication)
                        .filter(its -> its.token().equals(token));
                conflict = now.isPresent() && !released(control, publication, now.get());
            }
        } catch (IOException | RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("publication", publication)
                    .setCause(e)
                    .log("cannot give back the claim; it expires");
        }
    }

    /** False if what was sent before has come meanwhile. */
    private static boolean released(Control control, String publication, State now) throws IOException {
        try {
            Place unused = replace(control, publication, now.place(), document("", now.last()));
            return true;
        } catch (ElasticsearchException e) {
            if (Statuses.isConflict(e)) {
                return false;
            }
            throw e;
        }
    }

    private static JsonData document(String token, int last) {
        return Control.document(Json.createObjectBuilder()
                .add("owner", process())
                .add("token", token)
                .add("last", last)
                .build());
    }

    private static String process() {
        String pid = "process " + ProcessHandle.current().pid();
        try {
            return pid + " on " + InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return pid;
        }
    }
}
