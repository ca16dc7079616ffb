package dev.hastack.elasticsearch;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What kind of request an endpoint stands for, by its id in the Elasticsearch specification.
 *
 * @param kind whose deadline it has
 * @param changes whether it changes anything but the caller's own cursors
 * @param repeatable whether twice is as good as once, whatever the request says
 * @param preference whether it can be told which copies of the shards to ask
 */
record Operation(Kind kind, boolean changes, boolean repeatable, boolean preference) {

    enum Kind {
        /** Of documents. */
        READ,
        /** Of documents. */
        WRITE,
        /** All else. */
        ADMIN
    }

    private static final Operation READ = new Operation(Kind.READ, false, true, false);
    private static final Operation CHOOSY_READ = new Operation(Kind.READ, false, true, true);
    /** Moves a cursor of the caller's: twice would skip a page. */
    private static final Operation CURSOR = new Operation(Kind.READ, false, false, false);

    private static final Operation WRITE = new Operation(Kind.WRITE, true, false, false);
    private static final Operation QUESTION = new Operation(Kind.ADMIN, false, true, false);
    /** Changes nothing that anybody reads, but must not be done twice. */
    private static final Operation OWN = new Operation(Kind.ADMIN, false, false, false);

    private static final Operation CHANGE = new Operation(Kind.ADMIN, true, false, false);
    private static final Operation REPEATABLE_CHANGE = new Operation(Kind.ADMIN, true, true, false);

    private static final Map<String, Operation> BY_ID = table(List.of(
            row(
                    CHOOSY_READ,
                    "search get get_source exists exists_source mget msearch count explain search_template termvectors"
                            + " mtermvectors search_shards open_point_in_time"),
            row(
                    READ,
                    "field_caps terms_enum msearch_template rank_eval search_mvt indices.validate_query"
                            + " fleet.search esql.query graph.explore render_search_template async_search.get"
                            + " async_search.status eql.get sql.get_async"),
            row(CURSOR, "scroll sql.query"),
            row(OWN, "async_search.submit async_search.delete eql.search eql.delete sql.delete_async"),
            row(
                    QUESTION,
                    "clear_scroll close_point_in_time sql.clear_cursor indices.analyze cluster.allocation_explain"
                            + " security.has_privileges indices.simulate_template indices.simulate_index_template"
                            + " ingest.simulate simulate.ingest sql.translate"),
            row(WRITE, "index create update delete bulk"),
            row(REPEATABLE_CHANGE, "indices.refresh indices.flush indices.clear_cache")));

    /**
     * @param endpoint {@code es/search}
     * @param method of HTTP
     */
    static Operation of(String endpoint, String method) {
        Operation known = BY_ID.get(endpoint);
        return known != null ? known : method.equals("GET") || method.equals("HEAD") ? QUESTION : CHANGE;
    }

    private static Map<String, Operation> table(List<Map<String, Operation>> rows) {
        return rows.stream()
                .flatMap(row -> row.entrySet().stream())
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Map<String, Operation> row(Operation operation, String ids) {
        return Arrays.stream(ids.split(" ")).collect(Collectors.toUnmodifiableMap(id -> "es/" + id, id -> operation));
    }
}
