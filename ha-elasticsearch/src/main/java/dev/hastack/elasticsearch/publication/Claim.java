package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.OpType;
import co.elastic.clients.elasticsearch.core.GetResponse;
import co.elastic.clients.elasticsearch.core.IndexResponse;
import co.elastic.clients.json.JsonData;
import jakarta.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right of one process to change what a publication's aliases lead to. It is a document that its owner renews; if for a
 * while it stays as it is, its owner is dead, and another takes it over. Whoever was only paused finds out at the next step
 * that counts: those are changes of aliases that fail as a whole once the alias {@code -next} is gone.
 */
final class Claim {
    private static final Logger LOG = LoggerFactory.getLogger(Claim.class);

    private final Control control;
    private final String publication;
    private final ScheduledExecutorService beats;
    private final ReentrantLock lock = new ReentrantLock();
    private IndexResponse last;

    private Claim(Control control, String publication, IndexResponse first, Times times) {
        this.control = control;
        this.publication = publication;
        this.last = first;
        this.beats = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "ha-rebuild-claim-" + publication);
            thread.setDaemon(true);
            return thread;
        });
        long every = times.beat().toMillis();
        var unused = beats.scheduleWithFixedDelay(this::renew, every, every, TimeUnit.MILLISECONDS);
    }

    /**
     * How often a claim is renewed, and for how long it has to stay as it is until its owner counts as dead.
     *
     * @param expiry several times {@code beat}: a cluster may be slow
     */
    record Times(Duration beat, Duration expiry) {
        static final Times DEFAULT = new Times(Duration.ofSeconds(2), Duration.ofSeconds(15));
    }

    interface Action<R> {
        R run() throws IOException, InterruptedException;
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
            return action.run();
        } finally {
            claim.giveBack();
        }
    }

    private static Claim take(Control control, String publication, Times times)
            throws IOException, InterruptedException {
        String index = control.index();
        try {
            IndexResponse created = control.client()
                    .index(put -> put.index(index)
                            .id(publication)
                            .opType(OpType.Create)
                            .document(document()));
            return new Claim(control, publication, created, times);
        } catch (IOException | ElasticsearchException e) {
            if (!Statuses.isConflict(e)) {
                throw e;
            }
            return takeOver(control, publication, times);
        }
    }

    private static Claim takeOver(Control control, String publication, Times times)
            throws IOException, InterruptedException {
        GetResponse<JsonData> found = get(control, publication);
        if (!found.found()) {
            return take(control, publication, times);
        }
        long since = System.nanoTime();
        while (System.nanoTime() - since < times.expiry().toNanos()) {
            TimeUnit.NANOSECONDS.sleep(times.beat().toNanos() / 4);
            GetResponse<JsonData> now = get(control, publication);
            if (!now.found()) {
                return take(control, publication, times);
            }
            if (!sequence(now).equals(sequence(found))) {
                throw new PublicationException.Busy(publication, owner(now));
            }
        }
        LOG.atWarn()
                .addKeyValue("publication", publication)
                .log("taking over from {}, which has shown no sign of life for {}", owner(found), times.expiry());
        try {
            IndexResponse taken = control.client()
                    .index(put -> put.index(found.index())
                            .id(publication)
                            .ifSeqNo(found.seqNo())
                            .ifPrimaryTerm(found.primaryTerm())
                            .document(document()));
            return new Claim(control, publication, taken, times);
        } catch (IOException | ElasticsearchException e) {
            if (Statuses.isConflict(e)) {
                throw new PublicationException.Busy(publication, "another process that has taken over just now");
            }
            throw e;
        }
    }

    private void renew() {
        lock.lock();
        try {
            IndexResponse before = last;
            last = control.client()
                    .index(put -> put.index(before.index())
                            .id(publication)
                            .ifSeqNo(before.seqNo())
                            .ifPrimaryTerm(before.primaryTerm())
                            .document(document()));
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().addKeyValue("publication", publication).setCause(e).log("cannot renew the claim");
        } finally {
            lock.unlock();
        }
    }

    private void giveBack() {
        beats.shutdownNow();
        lock.lock();
        try {
            IndexResponse before = last;
            control.client()
                    .delete(delete -> delete.index(before.index())
                            .id(publication)
                            .ifSeqNo(before.seqNo())
                            .ifPrimaryTerm(before.primaryTerm()));
        } catch (IOException | RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("publication", publication)
                    .setCause(e)
                    .log("cannot give back the claim; it expires");
        } finally {
            lock.unlock();
        }
    }

    private static GetResponse<JsonData> get(Control control, String publication) throws IOException {
        String index = control.index();
        return control.client().get(get -> get.index(index).id(publication), JsonData.class);
    }

    private static String sequence(GetResponse<JsonData> found) {
        return found.primaryTerm() + "/" + found.seqNo();
    }

    private static String owner(GetResponse<JsonData> found) {
        JsonData source = found.source();
        return source == null ? "?" : source.toJson().asJsonObject().getString("owner", "?");
    }

    private static JsonData document() {
        return Control.document(
                Json.createObjectBuilder().add("owner", process()).build());
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
