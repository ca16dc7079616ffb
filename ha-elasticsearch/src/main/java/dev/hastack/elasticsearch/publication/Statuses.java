package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import java.util.Set;

/** What HTTP status a failure has. */
final class Statuses {
    private static final Set<Integer> BUSY = Set.of(429, 502, 503, 504);
    private static final int CONFLICT = 409;

    private Statuses() {}

    /** 0 if there was no answer. */
    static int of(Throwable failure) {
        if (failure instanceof ElasticsearchException answered) {
            return answered.status();
        }
        Throwable cause = failure.getCause();
        return cause == null || cause == failure ? 0 : of(cause);
    }

    /** Whether another version of the document is there. */
    static boolean isConflict(Throwable failure) {
        return isConflict(of(failure));
    }

    static boolean isConflict(int status) {
        return status == CONFLICT;
    }

    /** Whether it may work a little later. */
    static boolean isBusy(int status) {
        return BUSY.contains(status);
    }
}
