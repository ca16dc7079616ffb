package dev.hastack.postgres;

/** LSNs as byte positions from 0/0. */
final class Positions {
    private static final int PAGE = 8192;
    private static final int PAGE_HEADER = 24;
    private static final int SMALLEST_SEGMENT = 1 << 20;
    private static final int SEGMENT_HEADER = 40;

    private Positions() {}

    /**
     * Where the last record before this insert position ends. When that is the end of a WAL page, {@code
     * pg_current_wal_insert_lsn()} already points behind the next page's header, which a replica that has replayed
     * everything does not reach until there is a record: an idle primary would look ahead of its replicas for ever.
     */
    static long written(long insertPosition) {
        if (insertPosition % SMALLEST_SEGMENT == SEGMENT_HEADER) {
            return insertPosition - SEGMENT_HEADER;
        }
        return insertPosition % PAGE == PAGE_HEADER ? insertPosition - PAGE_HEADER : insertPosition;
    }
}
