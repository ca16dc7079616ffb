package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.transport.TransportException;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.failure.spi.DriverFailure;
import dev.hastack.core.failure.spi.FailureReader;
import dev.hastack.core.failure.spi.Verdict;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the exceptions of elasticsearch-java and of Apache's clients. Public only because {@link java.util.ServiceLoader} makes it. */
public final class ElasticsearchFailures implements FailureReader {
    static final String STORE = "elasticsearch";

    /** Apache's are of other packages in each of its versions. */
    private static final String[] PACKAGES = {"org.apache.http.", "org.apache.hc.", "org.elasticsearch.client."};

    /** Called by the service loader. */
    public ElasticsearchFailures() {}

    @Override
    public Optional<StackFailure> read(Throwable error) {
        if (!ofDriver(error)) {
            return Optional.empty();
        }
        Verdict verdict = ElasticsearchErrors.of(error, false);
        return Optional.of(new DriverFailure(STORE, verdict.outcome(), verdict.reason()));
    }

    private static boolean ofDriver(Throwable error) {
        return error instanceof ElasticsearchException
                || error instanceof TransportException
                || Stream.of(PACKAGES).anyMatch(error.getClass().getName()::startsWith);
    }
}
