package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch.core.MsearchRequest;
import co.elastic.clients.elasticsearch.core.SearchRequest;
import co.elastic.clients.elasticsearch.core.msearch.RequestItem;
import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.transport.Endpoint;
import co.elastic.clients.transport.TransportOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is added to a caller's request: for a write, that Elasticsearch gives up before the caller does; for a search, which copies of the
 * shards are to be asked.
 */
final class ExtraOptions<Q> {
    private static final String TIMEOUT = "timeout";
    private static final String PREFERENCE = "preference";

    private final Q request;
    private final @Nullable TransportOptions options;
    private final @Nullable String timeout;
    private final boolean preference;

    ExtraOptions(
            Q request,
            Endpoint<Q, ?, ?> endpoint,
            Operation operation,
            @Nullable TransportOptions options,
            Duration limit) {
        this.request = request;
        this.options = options;
        boolean given = options != null && options.queryParameters().containsKey(TIMEOUT);
        this.timeout = operation.kind() == Operation.Kind.WRITE
                        && !given
                        && !endpoint.queryParameters(request).containsKey(TIMEOUT)
                ? Math.max(1, limit.toMillis() * 8 / 10) + "ms"
                : null;
        this.preference = operation.preference() && !(request instanceof SearchRequest search && search.pit() != null);
    }

    /** The request itself, or one that says so where no parameter can. */
    @SuppressWarnings("unchecked") // The same class as the request's.
    Q request(Optional<String> prefer) {
        if (prefer.isEmpty() || !(request instanceof MsearchRequest searches)) {
            return request;
        }
        List<RequestItem> items = searches.searches().stream()
                .map(item -> item.rebuild()
                        .header(item.header().rebuild().preference(prefer.get()).build())
                        .build())
                .toList();
        return (Q) searches.rebuild().searches(items).build();
    }

    @Nullable
    TransportOptions options(Attempt<?> attempt, JsonpMapper mapper, Optional<String> prefer) {
        boolean prefers = preference && prefer.isPresent() && !(request instanceof MsearchRequest);
        if (timeout == null && !prefers) {
            return options;
        }
        TransportOptions base =
                options == null ? attempt.client().transport(mapper).options() : options;
        return base.with(more -> {
            if (timeout != null) {
                more.setParameter(TIMEOUT, timeout);
            }
            if (prefers) {
                more.setParameter(PREFERENCE, prefer.get());
            }
        });
    }
}
