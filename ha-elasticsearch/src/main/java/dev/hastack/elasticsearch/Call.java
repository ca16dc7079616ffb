package dev.hastack.elasticsearch;

import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.transport.Endpoint;
import co.elastic.clients.transport.TransportOptions;
import co.elastic.clients.util.ApiTypeHelper;
import dev.hastack.core.config.ElasticsearchConfig.PartialResults;
import dev.hastack.elasticsearch.Verdict.Again;
import dev.hastack.elasticsearch.Verdict.Blame;
import dev.hastack.elasticsearch.Verdict.Delivery;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One request of a caller, from its arrival to its end, through as many attempts as that takes. Ends exactly once. A read may be
 * under way at several nodes; a write at one, and it goes to another only if it is known not to have been done, or if twice is as
 * good as once. Thread-safe. Longer than most, since whether a failure ends the request depends on all that happened to it before.
 */
final class Call<Q, R> {
    private static final long NOT_WAITING = Long.MIN_VALUE;
    private static final int MOST_PAUSES = 6;
    private static final int MOST_REROUTES = 3;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private final Q request;
    private final Endpoint<Q, R, ?> endpoint;
    private final Operation operation;
    private final String index;
    private final Guard guard;
    private final Router router;
    private final JsonpMapper mapper;
    private final ExtraOptions<Q> extra;
    /** What the caller's thread says of the client's strictness, for whichever thread reads the answer. */
    private final boolean lenient = ApiTypeHelper.requiredPropertiesCheckDisabled();

    private final boolean async;
    private final long bornAt;
    private final long limit;
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private final AtomicBoolean done = new AtomicBoolean();
    private final List<Attempt<R>> underWay = new CopyOnWriteArrayList<>();
    /** When to go on, as {@link System#nanoTime()}, if nothing is under way. */
    private final AtomicLong resumeAt = new AtomicLong(NOT_WAITING);

    private volatile Set<String> tried = Set.of();
    private volatile long lastSentAt;
    private final AtomicInteger reroutes = new AtomicInteger();
    private final AtomicInteger pauses = new AtomicInteger();
    private volatile boolean repeated;
    /** Whether an attempt may have been done whose answer was lost. */
    private volatile boolean inDoubt;

    private volatile @Nullable Throwable lastError;

    /** @param async whether the caller's code may run when it ends */
    Call(
            Q request,
            Endpoint<Q, R, ?> endpoint,
            Operation operation,
            String index,
            Guard guard,
            Router router,
            JsonpMapper mapper,
            @Nullable TransportOptions options,
            boolean async) {
        this.request = request;
        this.endpoint = endpoint;
        this.operation = operation;
        this.index = index;
        this.guard = guard;
        this.router = router;
        this.mapper = mapper;
        this.extra = new ExtraOptions<>(request, endpoint, operation, options, router.config());
        this.async = async;
        this.bornAt = System.nanoTime();
        this.lastSentAt = bornAt;
        this.limit = limit(operation, router).toNanos();
    }

    private static Duration limit(Operation operation, Router router) {
        return switch (operation.kind()) {
            case READ -> router.config().searchTimeout();
            case WRITE -> router.config().writeTimeout();
            case ADMIN -> router.config().adminTimeout();
        };
    }

    CompletableFuture<R> result() {
        return result;
    }

    long limit() {
        return limit;
    }

    private boolean read() {
        return !operation.changes();
    }

    boolean over() {
        return done.get() || result.isDone();
    }

    /** Sends it to the next node, or has it wait for one. */
    void dispatch() {
        long now = System.nanoTime();
        ElasticsearchRoutes routes = router.routes();
        NodeChannel channel = tried.isEmpty() && !routes.silence(now) ? routes.next() : routes.besides(tried, now);
        if (channel != null) {
            send(channel, routes, routes.preference(now), now);
        } else if (!tried.isEmpty()) {
            // Every node has failed it: all once more, after a while.
            tried = Set.of();
            pause();
        } else if (routes.best().isEmpty()) {
            waitUntil(now);
        } else {
            NodeChannel full = routes.best().get(0);
            fail(
                    new OverloadedException(
                            describe() + "not sent: " + full.underWay() + " requests are under way at " + full.node()
                                    + ", as many as ha.elasticsearch.max-in-flight allows, and no fewer at the others"),
                    Blame.NOBODY);
        }
    }

    private void send(NodeChannel channel, ElasticsearchRoutes routes, Optional<String> preference, long now) {
        if (over()) {
            return;
        }
        Attempt<R> attempt = new Attempt<>(channel, routes.generation(channel), now);
        lastSentAt = now;
        underWay.add(attempt);
        ApiTypeHelper.DisabledChecksHandle checks = ApiTypeHelper.DANGEROUS_disableRequiredPropertiesCheck(lenient);
        try {
            CompletableFuture<R> way = attempt.client()
                    .transport(mapper)
                    .performRequestAsync(
                            extra.request(preference), endpoint, extra.options(attempt, mapper, preference));
            attempt.under(way);
            CompletableFuture<R> unused = way.whenComplete((response, error) -> {
                if (error == null) {
                    answered(attempt, response);
                } else {
                    failed(attempt, error);
                }
            });
        } catch (RuntimeException e) {
            failed(attempt, e);
        } finally {
            checks.close();
        }
        if (over()) {
            attempt.giveUp();
        }
    }

    private void answered(Attempt<R> attempt, R response) {
        boolean counts = attempt.end(true);
        underWay.remove(attempt);
        if (!counts || over()) {
            return;
        }
        Responses.Flaw flaw = Responses.flaw(request, response);
        boolean flagged = flaw != null && flaw.partial() && router.config().partialResults() == PartialResults.FLAG;
        if (flaw == null || flagged) {
            if (flagged) {
                router.flagged();
            }
            wentWell();
            complete(response);
            return;
        }
        PartialResultsException error = new PartialResultsException(describe() + flaw.words(), response);
        if (!flaw.partial()) {
            blame(flaw.blame(), error);
            complete(response);
        } else if (operation.repeatable() && !repeated) {
            repeated = true;
            lastError = error;
            elsewhere(attempt);
        } else {
            fail(error, flaw.blame());
        }
    }

    private void failed(Attempt<R> attempt, Throwable thrown) {
        Throwable error =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        Verdict verdict = Replay.foundItself(request, error)
                ? Verdict.of(Delivery.UNKNOWN, Again.NO, Blame.NOBODY)
                : ElasticsearchErrors.of(error, read());
        boolean counts = attempt.end(verdict.delivery() == Delivery.REFUSED);
        underWay.remove(attempt);
        if (!counts || over()) {
            return;
        }
        NodeChannel channel = attempt.channel();
        if (verdict.blame() == Blame.NODE || verdict.blame() == Blame.CLUSTER) {
            channel.breaker().failed(error);
        }
        verdict.kind().ifPresent(kind -> router.report(channel, attempt.generation(), kind, error));
        if (ElasticsearchErrors.clientDead(error)) {
            router.renew(attempt.channel(), attempt.client());
        }
        lastError = error;
        if (!goesOn(attempt, verdict) && (underWay.isEmpty() || verdict.blame() == Blame.NOBODY)) {
            end(error, verdict);
        }
    }

    /** Whether another attempt was made, or will be. */
    private boolean goesOn(Attempt<R> attempt, Verdict verdict) {
        boolean reads = operation.kind() == Operation.Kind.READ;
        if (verdict.again() == Again.NO || !mayRepeat(verdict)) {
            return false;
        } else if (verdict.again() == Again.ONCE && (!reads || repeated)) {
            return false;
        } else if (verdict.again() == Again.LATER && pauses.get() >= MOST_PAUSES) {
            return false;
        }
        if (verdict.delivery() == Delivery.UNKNOWN) {
            inDoubt = true;
        }
        switch (verdict.again()) {
            case LATER -> pause();
            case ONCE -> {
                repeated = true;
                elsewhere(attempt);
            }
            default -> elsewhere(attempt);
        }
        return true;
    }

    private boolean mayRepeat(Verdict verdict) {
        return operation.repeatable()
                || switch (verdict.delivery()) {
                    case UNSENT -> true;
                    case REFUSED -> operation.kind() == Operation.Kind.WRITE;
                    case UNKNOWN -> Replay.safe(request);
                };
    }

    /** The node will not answer: what may be sent again is, and the rest may still be answered. */
    void nodeLost(NodeChannel channel) {
        for (Attempt<R> attempt : List.copyOf(underWay)) {
            if (attempt.channel() == channel && (operation.repeatable() || Replay.safe(request)) && !over()) {
                attempt.giveUp();
                underWay.remove(attempt);
                inDoubt = true;
                lastError = new SocketTimeoutException(channel.node() + " does not answer");
                if (underWay.isEmpty()) {
                    elsewhere(attempt);
                }
            }
        }
    }

    /** The client lost its threads: nothing that it has under way will ever end. */
    void clientLost(NodeChannel.Client client) {
        for (Attempt<R> attempt : List.copyOf(underWay)) {
            if (attempt.client() == client) {
                failed(
                        attempt,
                        new IOException(
                                "the HTTP client of " + attempt.channel().node() + " died"));
            }
        }
    }

    private void elsewhere(Attempt<R> attempt) {
        Set<String> more = new HashSet<>(tried);
        more.add(attempt.channel().node());
        tried = more;
        router.send(this::dispatch);
    }

    private void pause() {
        long base = FIRST_PAUSE.toNanos() << Math.min(pauses.getAndIncrement(), 5);
        waitUntil(System.nanoTime() + base / 2 + ThreadLocalRandom.current().nextLong(base / 2));
    }

    private void waitUntil(long at) {
        resumeAt.set(at == NOT_WAITING ? at + 1 : at);
        router.busy();
    }

    /** Moves it on as time passes; called by the router's thread alone. Whether it is over. */
    boolean tick(long now) {
        if (over()) {
            // By its caller, perhaps.
            if (finish()) {
                abandoned(now);
            }
            return true;
        } else if (now - bornAt >= limit) {
            expire();
            return true;
        }
        long resume = resumeAt.get();
        if (resume != NOT_WAITING) {
            resume(resume, now);
        } else if (operation.kind() == Operation.Kind.READ && operation.repeatable()) {
            watch(now);
        }
        return false;
    }

    private void resume(long resume, long now) {
        ElasticsearchRoutes routes = router.routes();
        if (routes.hopeless()) {
            fail(
                    new NoNodeException(describe()
                            + "every node denies access, so that waiting is in vain: check ha.elasticsearch.username and password,"
                            + " or api-key, and the cluster privilege monitor; " + router.topology()),
                    Blame.NOBODY);
        } else if (now - resume >= 0 && !routes.best().isEmpty() && resumeAt.compareAndSet(resume, NOT_WAITING)) {
            router.send(this::dispatch);
        }
    }

    /** Asks another node, and other copies, where an answer takes long. */
    private void watch(long now) {
        long after = router.config().rerouteAfter().toNanos();
        long age = now - lastSentAt;
        if (age >= after / 2) {
            router.suspect(now);
        }
        if (age >= after && reroutes.get() < MOST_REROUTES && router.mayReroute(now)) {
            reroutes.incrementAndGet();
            lastSentAt = now;
            router.send(() -> reroute(now));
        }
    }

    private void reroute(long now) {
        ElasticsearchRoutes routes = router.routes();
        Set<String> asked = new HashSet<>(tried);
        underWay.forEach(attempt -> asked.add(attempt.channel().node()));
        NodeChannel other = routes.besides(asked, now);
        if (other == null) {
            other = routes.besides(Set.of(), now);
        }
        if (other != null) {
            send(other, routes, routes.preference(other, now), now);
        }
    }

    private void expire() {
        String nodes = String.join(
                ", ",
                underWay.stream()
                        .map(attempt -> attempt.channel().node())
                        .distinct()
                        .toList());
        Throwable before = lastError;
        if (!underWay.isEmpty()) {
            String text = describe() + "no answer from " + nodes + " within " + millis();
            SocketTimeoutException late = new SocketTimeoutException(text);
            underWay.forEach(attempt -> attempt.channel().breaker().failed(late));
            IOException error = operation.changes() ? new OutcomeUnknownException(text) : late;
            fail(suppressing(error, before), Blame.INDEX);
        } else if (before != null && inDoubt && operation.changes()) {
            fail(unknown(before), Blame.NODE);
        } else if (before != null && ElasticsearchErrors.of(before, read()).blame() == Blame.CLUSTER) {
            fail(before, Blame.CLUSTER);
        } else {
            fail(
                    suppressing(
                            new NoNodeException(describe() + "no node within " + millis() + "; " + router.topology()),
                            before),
                    Blame.NODE);
        }
    }

    private static Throwable suppressing(IOException error, @Nullable Throwable before) {
        Stream.ofNullable(before).forEach(error::addSuppressed);
        return error;
    }

    private String millis() {
        return Duration.ofNanos(limit).toMillis() + " ms";
    }

    private void end(Throwable error, Verdict verdict) {
        boolean unknown = operation.changes() && (inDoubt || verdict.delivery() == Delivery.UNKNOWN);
        fail(unknown ? unknown(error) : error, verdict.blame());
    }

    private OutcomeUnknownException unknown(Throwable error) {
        return new OutcomeUnknownException(describe() + "the answer was lost (" + error.getMessage() + ")", error);
    }

    /** What messages begin with: {@code search of cms-news-read: }. */
    static String subject(String endpoint, String index) {
        String name = endpoint.startsWith("es/") ? endpoint.substring(3) : endpoint;
        return name + (index.isEmpty() ? "" : " of " + index) + ": ";
    }

    private String describe() {
        return subject(endpoint.id(), index);
    }

    private void complete(R response) {
        if (finish()) {
            result.complete(response);
        }
    }

    /** Ends it from outside: the stack closes. */
    void stop(Throwable error) {
        fail(error, Blame.NOBODY);
    }

    private void fail(Throwable error, Blame blame) {
        if (finish()) {
            blame(blame, error);
            if (async) {
                router.tell(() -> result.completeExceptionally(error));
            } else {
                result.completeExceptionally(error);
            }
        }
    }

    private void blame(Blame blame, Throwable error) {
        switch (blame) {
            case INDEX -> guard.failed(read(), error);
            case CLUSTER -> router.guards().cluster().failed(read(), error);
            case NODE -> {
                // Its own breaker has it.
            }
            case NOBODY -> wentWell();
        }
    }

    /** Also if the answer was an error that nobody but the caller is to blame for. */
    private void wentWell() {
        guard.succeeded(read());
        router.guards().cluster().succeeded(read());
    }

    /** The caller does not want it any more: if only after a while, that counts as no answer. */
    private void abandoned(long now) {
        if (now - lastSentAt >= router.config().rerouteAfter().toNanos()) {
            guard.failed(read(), new SocketTimeoutException("cancelled by its caller"));
        }
    }

    private boolean finish() {
        if (!done.compareAndSet(false, true)) {
            return false;
        }
        guard.leave(read());
        underWay.forEach(Attempt::giveUp);
        return true;
    }
}
