package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch.core.BulkRequest;
import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.transport.Endpoint;
import co.elastic.clients.transport.TransportOptions;
import co.elastic.clients.util.ApiTypeHelper;
import dev.hastack.core.config.ElasticsearchConfig.PartialResults;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.failure.spi.Verdict;
import dev.hastack.core.failure.spi.Verdict.Again;
import dev.hastack.core.failure.spi.Verdict.Blame;
import dev.hastack.core.monitor.GracePeriod;
import dev.hastack.core.topology.Kind;
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
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One request of a caller, from its arrival to its end, through as many attempts as that takes. Ends exactly once. A read may be
 * under way at several nodes; a write at one, and it goes to another only if it is known not to have been done, or if twice is as
 * good as once. Thread-safe. Longer than most, since whether a failure ends the request depends on all that happened to it before.
 */
final class Call<Q, R> implements Slots.Waiter {
    private static final long NOT_WAITING = Long.MIN_VALUE;
    private static final int MOST_PAUSES = 6;
    private static final int MOST_REROUTES = 4;
    private static final int PATIENCE = 4;
    /** So many that were answered while it was not tell that its publication can. */
    private static final int OTHERS = 5;
    /** How long it waits where every node has as much under way as it may. */
    private static final long FULL = Duration.ofMillis(5).toNanos();

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private final Q request;
    private final Endpoint<Q, R, ?> endpoint;
    private final Operation operation;
    private final String index;
    private final String scope;
    private final Guard guard;
    private final Router router;
    private final JsonpMapper mapper;
    private final ExtraOptions<Q> extra;
    /** Whether it writes one document, and twice is as good as once. */
    private final boolean insistent;
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

    /** Its place among the requests of its publication. */
    private enum Place {
        WAITED_FOR,
        TAKEN,
        LEFT
    }

    private final AtomicReference<Place> place = new AtomicReference<>(Place.WAITED_FOR);
    private volatile Guards.@Nullable Limits limits;
    private volatile Set<String> tried = Set.of();
    private volatile long lastSentAt;
    private final AtomicInteger reroutes = new AtomicInteger();
    private final AtomicInteger pauses = new AtomicInteger();
    private volatile boolean repeated;
    private volatile boolean sent;
    /** How many of its kind had gone well when it got its place. */
    private volatile long doneBefore;

    /** Whether its publication's breaker has let it pass, and waits to hear how it went. */
    private volatile boolean permitted;

    private boolean beyondBudget;
    /** Whether it was counted that there was no node for it. */
    private volatile boolean held;
    /** Whether an attempt may have been done whose answer was lost. */
    private volatile boolean inDoubt;

    private volatile @Nullable Throwable lastError;

    /**
     * @param scope what it is guarded with
     * @param left how many ns there are for it, if these are fewer than its kind may take
     * @param async whether the caller's code may run when it ends
     */
    Call(
            Q request,
            Endpoint<Q, R, ?> endpoint,
            Operation operation,
            String index,
            String scope,
            Router router,
            JsonpMapper mapper,
            @Nullable TransportOptions options,
            long left,
            boolean async) {
        this.request = request;
        this.endpoint = endpoint;
        this.operation = operation;
        this.index = index;
        this.scope = scope;
        this.guard = router.guards().of(scope);
        this.router = router;
        this.mapper = mapper;
        this.limit = Math.min(left, limit(operation, router).toNanos());
        this.extra = new ExtraOptions<>(request, endpoint, operation, options, Duration.ofNanos(limit));
        this.insistent = !(request instanceof BulkRequest) && Replay.safe(request);
        this.async = async;
        this.bornAt = System.nanoTime();
        this.lastSentAt = bornAt;
    }

    private static Duration limit(Operation operation, Router router) {
        return switch (operation.kind()) {
            case READ -> router.config().reads().timeout();
            case WRITE -> router.config().writes().timeout();
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

    String index() {
        return index;
    }

    /** Takes its place and is sent, or waits for it until its time is over: as it would for a connection of a client's pool. */
    void begin(Guards.Limits under) {
        limits = under;
        switch (guard.enter(read(), this, under.most(), under.waiting())) {
            case TAKEN -> {
                if (place.compareAndSet(Place.WAITED_FOR, Place.TAKEN)) {
                    enter();
                } else {
                    guard.leave(read());
                }
            }
            case WAITS -> {
                // Until it is admitted.
                if (over()) {
                    guard.forget(read(), this);
                }
            }
            case REFUSED ->
                fail(
                        new ElasticsearchOverloadedException(describe() + "not sent: " + under.words(read(), guard)
                                + ", and " + under.waiting() + " wait already"),
                        Blame.NODE);
        }
    }

    @Override
    public boolean admitted() {
        lastSentAt = System.nanoTime();
        if (over() || !place.compareAndSet(Place.WAITED_FOR, Place.TAKEN)) {
            return false;
        }
        router.send(this::enter);
        return true;
    }

    private void enter() {
        doneBefore = guard.done(read());
        if (over()) {
            return;
        } else if (guard.permits(read())) {
            permitted = true;
            dispatch();
        } else {
            fail(new ElasticsearchUnavailableException(describe() + "not sent: " + guard.why()), Blame.NODE);
        }
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
            if (!held) {
                held = true;
                router.toll().held();
            }
            waitUntil(now);
        } else {
            NodeChannel full = routes.best().get(0);
            lastError = new ElasticsearchOverloadedException(describe() + "not sent within " + millis() + ": "
                    + router.config().maxInFlight()
                    + " requests are under way at " + full.node()
                    + ", as many as ha.elasticsearch.max-in-flight allows"
                    + (routes.usable() > 1 ? ", and no fewer at the others" : ""));
            waitUntil(now + FULL);
        }
    }

    private void send(NodeChannel channel, ElasticsearchRoutes routes, Optional<String> preference, long now) {
        if (over()) {
            return;
        }
        Attempt<R> attempt = new Attempt<>(channel, routes.generation(channel), now);
        lastSentAt = now;
        sent = true;
        underWay.add(attempt);
        if (over()) {
            // What has ended it meanwhile may have reported that it was not sent.
            attempt.giveUp();
            return;
        }
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
    }

    private void answered(Attempt<R> attempt, R response) {
        if (attempt.client().doubted()) {
            router.mistaken(System.nanoTime());
        }
        if (!attempt.end(true) || over()) {
            return;
        }
        if (insistent) {
            attempt.channel().writes().took(attempt.client().answeredAt(), attempt.sentAt());
        }
        Responses.Flaw flaw = Responses.flaw(request, response);
        boolean flagged =
                flaw != null && flaw.partial() && router.config().reads().partialResults() == PartialResults.FLAG;
        if (flaw == null || flagged) {
            if (flagged) {
                router.flagged();
            }
            wentWell();
            complete(response);
            return;
        }
        ElasticsearchPartialResultsException error =
                new ElasticsearchPartialResultsException(describe() + flaw.words(), response);
        if (!flaw.partial()) {
            blame(flaw.blame(), error);
            complete(response);
        } else if (operation.repeatable() && !repeated) {
            repeated = true;
            lastError = error;
            underWay.remove(attempt);
            elsewhere(attempt);
        } else {
            fail(error, flaw.blame());
        }
    }

    private void failed(Attempt<R> attempt, Throwable thrown) {
        Throwable error = declared(
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown);
        Verdict verdict = Replay.foundItself(request, error)
                ? Verdict.of(Outcome.UNKNOWN, Again.NO, Blame.NOBODY)
                : ElasticsearchErrors.of(error, read());
        if (verdict.kind().equals(Optional.of(Kind.DENIED)) && attempt.renewed()) {
            // Refused before anything was done, and not to be held against the node.
            verdict = Verdict.of(Outcome.NOT_SENT, Again.ELSEWHERE, Blame.NOBODY);
        }
        if (!attempt.end(verdict.outcome() == Outcome.NOT_DONE)) {
            underWay.remove(attempt);
            return;
        }
        // Before it counts no longer as under way: its time may be over at any moment.
        if (verdict.outcome() == Outcome.UNKNOWN) {
            inDoubt = true;
        }
        underWay.remove(attempt);
        if (over()) {
            return;
        }
        NodeChannel channel = attempt.channel();
        if (verdict.blame() == Blame.NODE || verdict.blame() == Blame.CLUSTER) {
            channel.breaker().failed(error, verdict.outcome() == Outcome.NOT_DONE);
        }
        if (ElasticsearchErrors.unreached(verdict)) {
            channel.unreached(error);
        }
        if (verdict.kind().isPresent()) {
            router.report(channel, attempt.generation(), verdict.kind().get(), error);
        }
        if (ElasticsearchErrors.clientDead(error)) {
            router.renew(attempt.channel(), attempt.client(), NodeChannel.Renewal.DEAD);
        }
        lastError = error;
        if (!goesOn(attempt, verdict) && (underWay.isEmpty() || verdict.blame() == Blame.NOBODY)) {
            end(error, verdict);
        }
    }

    /** Apache's has a checked exception of its own for what is no HTTP, which no caller knows of, and which says no more than that the connection broke. */
    private static Throwable declared(Throwable error) {
        return error instanceof IOException || error instanceof RuntimeException || error instanceof Error
                ? error
                : new IOException(error.getMessage(), error);
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
                || switch (verdict.outcome()) {
                    case NOT_SENT -> true;
                    case NOT_DONE -> operation.kind() == Operation.Kind.WRITE;
                    case DONE_NOT_DURABLE, UNKNOWN -> Replay.safe(request);
                };
    }

    /** The node will not answer: what may be sent again is, and the rest may still be answered. */
    void nodeLost(NodeChannel channel) {
        for (Attempt<R> attempt : List.copyOf(underWay)) {
            if (attempt.channel() == channel && (operation.repeatable() || Replay.safe(request)) && !over()) {
                giveUp(attempt);
            }
        }
    }

    private void giveUp(Attempt<R> attempt) {
        inDoubt = true;
        attempt.giveUp();
        underWay.remove(attempt);
        lastError = new SocketTimeoutException(attempt.channel().node() + " does not answer");
        if (underWay.isEmpty()) {
            elsewhere(attempt);
        }
    }

    /** The node is down, and lets nobody in: nothing that it was asked will be answered. What must not be sent twice has an unknown outcome. */
    void nodeDown(NodeChannel channel) {
        for (Attempt<R> attempt : List.copyOf(underWay)) {
            if (attempt.channel() == channel) {
                failed(attempt, new IOException(channel.node() + " is down, and has not answered"));
                attempt.abort();
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

    /**
     * Moves it on as time passes; called by the router's thread alone. Whether it is over.
     *
     * @param grace while which after a pause of this process no answer is missed yet
     */
    boolean tick(long now, GracePeriod grace) {
        long counted = grace.counted(bornAt, now);
        if (over()) {
            // By its caller, perhaps.
            if (claim()) {
                abandoned();
                release();
            }
            return true;
        } else if (counted - bornAt >= limit) {
            expire(now, grace.excuses(bornAt + limit, now));
            return true;
        }
        long resume = resumeAt.get();
        if (place.get() == Place.WAITED_FOR) {
            return false;
        } else if (resume != NOT_WAITING) {
            resume(resume, now);
        } else {
            doubt(counted);
            if (insistent) {
                insist(counted);
            } else if (operation.repeatable()) {
                watch(counted);
            }
        }
        return false;
    }

    /** Has connections replaced that seem to be dead. What else takes its time, as a bulk or a change of an index does, says nothing. */
    private void doubt(long now) {
        boolean reads = read() && operation.repeatable();
        if (!operation.repeatable() && (operation.kind() != Operation.Kind.WRITE || request instanceof BulkRequest)) {
            return;
        }
        // Before a read is sent for the third time.
        long after = reads ? 3 * router.config().reads().rerouteAfter().toNanos() : silentWrite();
        for (Attempt<R> attempt : underWay) {
            if (now - attempt.sentAt() >= after) {
                router.lost(attempt.sentAt());
            }
            // While silence is no sign, or another client is on trial, it is looked at again later.
            if (router.doubts(now) && attempt.silent(now, after)) {
                router.doubt(attempt, false, now);
            }
        }
    }

    private long silentWrite() {
        return Math.min(WritePace.SILENT, limit / 2);
    }

    /** How long a write has no answer until it is sent again: longer where its node takes long for writes, and each time twice as long. */
    private long patience(long now) {
        long usual = underWay.stream()
                .mapToLong(attempt -> attempt.channel().writes().silent(now))
                .max()
                .orElse(WritePace.SILENT);
        return Math.min(usual, limit / 2) << reroutes.get();
    }

    /** Whether the clients of all attempts, which brought answers before, have brought none since these were sent. */
    private boolean deaf(long now) {
        return !underWay.isEmpty()
                && underWay.stream().allMatch(attempt -> attempt.client().fellSilent(attempt.sentAt(), now));
    }

    /** Sends a write again, where its answer takes so long that it, or the answer, may have been lost on its way. */
    private void insist(long now) {
        if (now - lastSentAt >= silentWrite()
                && reroutes.get() < MOST_REROUTES
                && now - lastSentAt >= patience(now)
                && (deaf(now) || router.mayReroute(now))) {
            reroutes.incrementAndGet();
            lastSentAt = now;
            for (Attempt<R> attempt : List.copyOf(underWay)) {
                router.doubt(attempt, true, now);
                giveUp(attempt);
            }
        }
    }

    private void resume(long resume, long now) {
        ElasticsearchRoutes routes = router.routes();
        if (routes.hopeless()) {
            fail(
                    new ElasticsearchNoNodeException(
                            describe()
                                    + router.denied(
                                            "ha.elasticsearch.username and password, or api-key, and the cluster privilege monitor"),
                            doneOutcome(),
                            Reason.DENIED,
                            router.routes().snapshot()),
                    Blame.NOBODY);
        } else if (now - resume >= 0 && !routes.best().isEmpty() && resumeAt.compareAndSet(resume, NOT_WAITING)) {
            router.send(this::dispatch);
        }
    }

    /**
     * Asks another node, and other copies, where an answer takes long; what was asked before may still be answered, as a refresh of
     * many copies is that takes its time.
     */
    private void watch(long now) {
        // Twice at this pace, then ever slower; a question about the cluster may have to wait for its master.
        long quick = router.config().reads().rerouteAfter().toNanos();
        long pace =
                operation.changes() ? silentWrite() : quick * (operation.kind() == Operation.Kind.READ ? 1 : PATIENCE);
        long after = pace << Math.max(0, reroutes.get() - 1);
        long age = now - lastSentAt;
        if (age >= after / 2) {
            router.suspect(now);
        }
        if (age >= after && reroutes.get() < MOST_REROUTES && (router.mayReroute(now) || deafOnce(now, pace))) {
            reroutes.incrementAndGet();
            lastSentAt = now;
            router.send(() -> reroute(now));
        }
    }

    /** Once for each call, when {@link #doubt} has had connections replaced, the budget does not count. */
    private boolean deafOnce(long now, long pace) {
        if (beyondBudget || now - bornAt < (read() ? 4 * pace : pace) || !deaf(now)) {
            return false;
        }
        beyondBudget = true;
        return true;
    }

    private void reroute(long now) {
        ElasticsearchRoutes routes = router.routes();
        Set<String> asked = new HashSet<>(tried);
        underWay.forEach(attempt -> asked.add(attempt.channel().node()));
        NodeChannel other = routes.besides(asked, now);
        if (other == null) {
            // Rather on new connections than on those that are silent.
            other = routes.besides(
                    underWay.stream()
                            .filter(attempt -> attempt.channel().client() == attempt.client())
                            .map(attempt -> attempt.channel().node())
                            .collect(Collectors.toSet()),
                    now);
        }
        if (other == null) {
            other = routes.besides(Set.of(), now);
        }
        if (other != null) {
            send(other, routes, routes.preference(other, now), now);
        }
    }

    private void expire(long now, boolean stopped) {
        // From then on nothing more is sent.
        if (claim()) {
            try {
                expired(now, stopped);
            } catch (RuntimeException | Error e) {
                ended(e, Blame.NOBODY);
            }
        }
    }

    /** @param stopped whether this process was stopped, so that no node is to blame */
    private void expired(long now, boolean stopped) {
        String nodes = String.join(
                ", ",
                underWay.stream()
                        .map(attempt -> attempt.channel().node())
                        .distinct()
                        .toList());
        Throwable before = lastError;
        if (!underWay.isEmpty()) {
            String text = describe() + "no answer from " + nodes + " within " + millis()
                    + (stopped ? ", while this process was stopped, or too busy to read it" : "");
            ElasticsearchTimeoutException late = new ElasticsearchTimeoutException(text, Outcome.NOT_DONE);
            boolean impatient = impatient();
            // Where connections have died, nodes said nothing at all, others were answered meanwhile, its caller gave
            // it little time, or this process was stopped, the publication is not to blame.
            Blame blame = stopped || impatient || othersAnswered(now) ? Blame.NODE : Blame.INDEX;
            if (!stopped) {
                underWay.forEach(attempt -> {
                    if (!impatient || attempt.channel().answersOnlyOthers(attempt.sentAt(), answers())) {
                        attempt.channel().breaker().failed(late);
                    }
                    router.doubt(attempt, !impatient, now);
                });
            }
            IOException error =
                    operation.changes() ? new ElasticsearchOutcomeUnknownException(text, Reason.TIMED_OUT, null) : late;
            ended(suppressing(error, before), blame);
        } else if (place.get() == Place.WAITED_FOR) {
            Guards.Limits under = limits;
            ended(
                    new ElasticsearchOverloadedException(describe() + "not sent within " + millis()
                            + (under == null ? "" : ": " + under.words(read(), guard))),
                    Blame.NODE);
        } else if (before instanceof ElasticsearchOverloadedException full && !inDoubt) {
            ended(full, Blame.NODE);
        } else if (before != null && inDoubt && operation.changes()) {
            ended(unknown(before), Blame.NODE);
        } else if (before != null && ElasticsearchErrors.of(before, read()).blame() == Blame.CLUSTER) {
            ended(before, Blame.CLUSTER);
        } else {
            ended(
                    suppressing(
                            new ElasticsearchNoNodeException(
                                    describe() + "no node within " + millis() + "; " + router.topology()
                                            + (before == null
                                                    ? ""
                                                    : "; the last attempt failed: " + before.getMessage()),
                                    doneOutcome(),
                                    Reason.NO_NODE,
                                    router.routes().snapshot()),
                            before),
                    Blame.NODE);
        }
    }

    private boolean othersAnswered(long now) {
        return deaf(now) || unheard(now) || guard.done(read()) - doneBefore >= OTHERS;
    }

    /** Whether all nodes that it was sent to have said nothing to anybody for half of the time since, their probes included. */
    private boolean unheard(long now) {
        return !underWay.isEmpty()
                && underWay.stream()
                        .allMatch(attempt -> attempt.channel().clock().silence(attempt.sentAt(), now)
                                >= (now - attempt.sentAt()) / 2);
    }

    /** Whether its caller gives it less time than answers may take; what else it is a part of may have taken a tenth of that. */
    private boolean impatient() {
        return limit < limit(operation, router).toNanos() / 10 * 9;
    }

    /** How many requests have gone well, whatever they were about. */
    private long answers() {
        Guard all = router.guards().cluster();
        return all.done(true) + all.done(false);
    }

    /** What is known of it when nothing is in flight. */
    private Outcome doneOutcome() {
        return inDoubt && operation.changes() ? Outcome.UNKNOWN : sent ? Outcome.NOT_DONE : Outcome.NOT_SENT;
    }

    private static Throwable suppressing(IOException error, @Nullable Throwable before) {
        Stream.ofNullable(before).forEach(error::addSuppressed);
        return error;
    }

    private String millis() {
        return Duration.ofNanos(limit).toMillis() + " ms";
    }

    private void end(Throwable error, Verdict verdict) {
        boolean unknown = operation.changes() && (inDoubt || verdict.outcome() == Outcome.UNKNOWN);
        fail(unknown ? unknown(error) : error, verdict.blame());
    }

    private ElasticsearchOutcomeUnknownException unknown(Throwable error) {
        return new ElasticsearchOutcomeUnknownException(
                describe() + "the answer was lost (" + error.getMessage() + ")", error);
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
        if (claim()) {
            try {
                if (reroutes.get() > 0) {
                    overtaken();
                }
                release();
            } finally {
                result.complete(response);
            }
        }
    }

    /** What was asked before, and is not the first to answer, may have been lost on its way. */
    private void overtaken() {
        long late = System.nanoTime() - router.config().reads().rerouteAfter().toNanos();
        for (Attempt<R> attempt : underWay) {
            if (attempt.sentAt() - late <= 0 && !attempt.over()) {
                router.lost(attempt.sentAt());
            }
        }
    }

    /** Ends it from outside: the stack closes. */
    void stop() {
        if (claim()) {
            ended(new ElasticsearchClosedException(sentOutcome()), Blame.NOBODY);
        }
    }

    /**
     * Ends it, since its caller's thread waits no longer; if it has ended, that stands. Of a write that was sent, the outcome is unknown.
     * Nobody else is to blame.
     *
     * @param why for the error's message
     */
    void giveUp(Reason reason, String why) {
        if (!claim()) {
            return;
        }
        Outcome outcome = sentOutcome();
        String text = describe() + why;
        IOException error = outcome == Outcome.UNKNOWN
                ? new ElasticsearchOutcomeUnknownException(text, reason, null)
                : reason == Reason.INTERRUPTED
                        ? new ElasticsearchInterruptedException(text, outcome)
                        : new ElasticsearchTimeoutException(text, outcome);
        try {
            abandoned();
            release();
        } finally {
            result.completeExceptionally(error);
        }
    }

    /** What is known of it while it has no answer: once it is {@link #claim}ed, so that nothing more is sent, and not yet released. */
    private Outcome sentOutcome() {
        return operation.changes() && !underWay.isEmpty() ? Outcome.UNKNOWN : doneOutcome();
    }

    private void fail(Throwable error, Blame blame) {
        if (claim()) {
            ended(error, blame);
        }
    }

    private void ended(Throwable error, Blame blame) {
        try {
            release();
            blame(blame, error);
            count(blame, error);
        } finally {
            if (async) {
                router.tell(() -> result.completeExceptionally(error));
            } else {
                result.completeExceptionally(error);
            }
        }
    }

    private void count(Blame blame, Throwable error) {
        if (error instanceof StackFailure known && known.outcome() == Outcome.UNKNOWN) {
            router.toll().unknown();
        } else if (blame != Blame.NOBODY || error instanceof ElasticsearchNoNodeException) {
            router.toll().failed();
        }
    }

    /** Both guards that let it pass hear of it, if only that it says nothing of what they guard. */
    private void blame(Blame blame, Throwable error) {
        Guard cluster = router.guards().cluster();
        switch (blame) {
            case INDEX -> {
                guard.failed(read(), error);
                cluster.withdrawn(read());
            }
            case CLUSTER -> {
                guard.failed(read(), error);
                router.guards().clusterFailed(scope, read(), error, System.nanoTime());
            }
            case NODE -> {
                // Its own breaker has it.
                withdraw();
                cluster.withdrawn(read());
            }
            case NOBODY -> wentWell();
        }
    }

    private void withdraw() {
        if (permitted) {
            guard.withdrawn(read());
        }
    }

    /** Also if the answer was an error that nobody but the caller is to blame for. */
    private void wentWell() {
        guard.succeeded(read());
        router.guards().cluster().succeeded(read());
    }

    /** The caller does not want it any more: that says nothing of the nodes, nor of the publication; the outcome of a write is unknown. */
    private void abandoned() {
        withdraw();
        router.guards().cluster().withdrawn(read());
        if (sentOutcome() == Outcome.UNKNOWN) {
            router.toll().unknown();
        }
    }

    /** Whether the caller of this is the one to end it, once; {@link #release} comes next. */
    private boolean claim() {
        return done.compareAndSet(false, true);
    }

    private void release() {
        Place was = place.getAndSet(Place.LEFT);
        if (was == Place.TAKEN) {
            guard.leave(read());
        } else if (was == Place.WAITED_FOR) {
            guard.forget(read(), this);
        }
        underWay.forEach(Attempt::giveUp);
    }
}
