package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch.core.BulkRequest;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what a request is guarded with: all requests of one publication, or of one kind if they name no index. */
final class Scope {
    /** What the scope of requests begins with that name no index; no index has such a name. */
    static final String ENDPOINT = "es/";

    private Scope() {}

    /**
     * Returns the index, that of all operations of a bulk, or the endpoint's id.
     *
     * @param index in the path of the request; empty if there is none
     */
    static String of(Object request, String index, String endpoint) {
        if (!index.isEmpty()) {
            return index;
        }
        String common = request instanceof BulkRequest bulk ? common(bulk.operations()) : null;
        return common != null ? common : endpoint.startsWith(ENDPOINT) ? endpoint : ENDPOINT + endpoint;
    }

    /** Whether it is one publication, so that others are others. */
    static boolean single(String scope) {
        return scope.chars().noneMatch(c -> c == ',' || c == '*' || c == '/') && !scope.equals("_all");
    }

    private static @Nullable String common(List<BulkOperation> operations) {
        String first = operations.isEmpty() ? null : index(operations.get(0));
        return first != null && operations.stream().allMatch(operation -> first.equals(index(operation)))
                ? first
                : null;
    }

    private static @Nullable String index(BulkOperation operation) {
        return switch (operation._kind()) {
            case Index -> operation.index().index();
            case Create -> operation.create().index();
            case Update -> operation.update().index();
            case Delete -> operation.delete().index();
        };
    }
}
