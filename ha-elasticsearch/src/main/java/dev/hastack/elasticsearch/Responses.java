package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch._types.ShardStatistics;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import co.elastic.clients.elasticsearch.core.CountResponse;
import co.elastic.clients.elasticsearch.core.MsearchResponse;
import co.elastic.clients.elasticsearch.core.SearchRequest;
import co.elastic.clients.elasticsearch.core.search.ResponseBody;
import dev.hastack.core.failure.spi.Verdict.Blame;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is wrong with an answer that says 200. */
final class Responses {
    private Responses() {}

    /**
     * @param words for people
     * @param partial whether results are missing that the caller may take for all; else the answer says so of each item
     */
    record Flaw(String words, Blame blame, boolean partial) {}

    /** Null if there is none. */
    static @Nullable Flaw flaw(@Nullable Object request, @Nullable Object response) {
        if (response instanceof ResponseBody<?> search) {
            return wanted(request)
                    ? null
                    : incomplete(search.timedOut(), search.shards())
                            .map(words -> new Flaw(words, Blame.INDEX, true))
                            .orElse(null);
        } else if (response instanceof CountResponse count) {
            return incomplete(false, count.shards())
                    .map(words -> new Flaw(words, Blame.INDEX, true))
                    .orElse(null);
        } else if (response instanceof MsearchResponse<?> searches) {
            return searches.responses().stream()
                    .filter(item -> item.isResult())
                    .flatMap(item ->
                            incomplete(item.result().timedOut(), item.result().shards()).stream())
                    .findFirst()
                    .map(words -> new Flaw(words, Blame.INDEX, true))
                    .orElse(null);
        } else if (response instanceof BulkResponse bulk && bulk.errors()) {
            return refused(bulk);
        }
        return null;
    }

    /** Whether the caller has set a limit, and so takes what comes within it. */
    private static boolean wanted(@Nullable Object request) {
        return request instanceof SearchRequest search
                && (search.timeout() != null || Objects.equals(search.allowPartialSearchResults(), true));
    }

    private static Optional<String> incomplete(boolean timedOut, ShardStatistics shards) {
        long total = shards.total().longValue();
        long answered = shards.successful().longValue() + (shards.skipped() == null ? 0 : skippedApart(shards));
        if (answered < total) {
            return Optional.of("partial results: " + answered + " of " + total + " shards answered");
        }
        return timedOut ? Optional.of("partial results: some shards timed out") : Optional.empty();
    }

    /** Skipped shards count as successful ones already, in the servers of today. */
    private static long skippedApart(ShardStatistics shards) {
        long successful = shards.successful().longValue();
        long skipped = shards.skipped() == null ? 0 : shards.skipped().longValue();
        return successful + shards.failed().longValue() + skipped
                        <= shards.total().longValue()
                ? skipped
                : 0;
    }

    /** Half of the items or more: so the caller sees of each, and this is only for the circuit breakers. */
    private static @Nullable Flaw refused(BulkResponse bulk) {
        long overloaded =
                bulk.items().stream().filter(item -> item.status() == 429).count();
        long unavailable =
                bulk.items().stream().filter(item -> item.status() == 503).count();
        if (2 * Math.max(overloaded, unavailable) < bulk.items().size()) {
            return null;
        }
        String words = overloaded + " of " + bulk.items().size() + " operations were refused by 429, " + unavailable
                + " by 503";
        return new Flaw(words, unavailable > overloaded ? Blame.INDEX : Blame.CLUSTER, false);
    }
}
