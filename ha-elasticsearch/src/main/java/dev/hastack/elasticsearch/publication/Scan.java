package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.FieldValue;
import co.elastic.clients.elasticsearch._types.SortOrder;
import co.elastic.clients.elasticsearch._types.Time;
import co.elastic.clients.elasticsearch._types.query_dsl.Query;
import co.elastic.clients.elasticsearch.core.ClosePointInTimeResponse;
import co.elastic.clients.elasticsearch.core.SearchResponse;
import co.elastic.clients.elasticsearch.core.search.Hit;
import co.elastic.clients.json.JsonData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All documents that were there when it began, a page at a time: a point in time. Fails if a part of them cannot be read. */
final class Scan implements Iterator<Hit<JsonData>>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scan.class);
    private static final int PAGE = 1000;
    private static final Time KEPT = Time.of(time -> time.time("5m"));

    private final ElasticsearchClient client;
    private final Query query;
    private final boolean sources;
    private final Deque<Hit<JsonData>> page = new ArrayDeque<>();
    private String point;
    private List<FieldValue> after = List.of();
    private boolean last;

    private Scan(ElasticsearchClient client, Query query, boolean sources, String point) {
        this.client = client;
        this.query = query;
        this.sources = sources;
        this.point = point;
    }

    /** @param target an index or alias, whose filter applies */
    static Scan open(ElasticsearchClient client, String target, Query query, boolean sources) throws IOException {
        String point = client.openPointInTime(open -> open.index(target).keepAlive(KEPT))
                .id();
        return new Scan(client, query, sources, point);
    }

    /** Close it. */
    Stream<Hit<JsonData>> stream() {
        int traits = Spliterator.ORDERED | Spliterator.NONNULL;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, traits), false)
                .onClose(this::close);
    }

    @Override
    public boolean hasNext() {
        if (page.isEmpty() && !last) {
            read();
        }
        return !page.isEmpty();
    }

    @Override
    public Hit<JsonData> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.remove();
    }

    private void read() {
        try {
            SearchResponse<JsonData> found = client.search(
                    search -> {
                        search.pit(pit -> pit.id(point).keepAlive(KEPT))
                                .query(query)
                                .size(PAGE)
                                .source(source -> source.fetch(sources))
                                .trackTotalHits(total -> total.enabled(false))
                                .allowPartialSearchResults(false)
                                .sort(sort -> sort.field(
                                        field -> field.field("_shard_doc").order(SortOrder.Asc)));
                        return after.isEmpty() ? search : search.searchAfter(after);
                    },
                    JsonData.class);
            String moved = found.pitId();
            point = moved == null ? point : moved;
            page.addAll(found.hits().hits());
            last = page.size() < PAGE;
            if (!page.isEmpty()) {
                after = page.getLast().sort();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            ClosePointInTimeResponse unused =
                    Uninterrupted.run(() -> client.closePointInTime(close -> close.id(point)));
        } catch (IOException | RuntimeException e) {
            LOG.atDebug().setCause(e).log("a point in time was not closed; it expires");
        }
    }
}
