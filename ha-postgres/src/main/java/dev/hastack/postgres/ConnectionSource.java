package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.SQLException;

/** Where a {@link SourceDataSource} takes its connections from. */
interface ConnectionSource {

    Connection get() throws SQLException;

    /** The DataSource beneath, as far as there is one now, for {@code unwrap}. */
    <T> T unwrap(Class<T> type) throws SQLException;

    /** Whether {@link #unwrap} would give one. */
    boolean isWrapperFor(Class<?> type);
}
