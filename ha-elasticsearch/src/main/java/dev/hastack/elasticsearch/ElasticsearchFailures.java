package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.transport.TransportException;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.failure.spi.DriverFailure;
import dev.hastack.core.failure.spi.FailureReader;
import dev.hastack.elasticsearch.Verdict.Blame;
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
        return ofDriver(error) ? Optional.of(failure(error)) : Optional.empty();
    }

    private static boolean ofDriver(Throwable error) {
        return error instanceof ElasticsearchException
                || error instanceof TransportException
                || Stream.of(PACKAGES).anyMatch(error.getClass().getName()::startsWith);
    }

    private static StackFailure failure(Throwable error) {
        Verdict verdict = ElasticsearchErrors.of(error, false);
        return new DriverFailure(STORE, outcome(verdict), reason(verdict));
    }

    static Outcome outcome(Verdict verdict) {
        return switch (verdict.delivery()) {
            case UNSENT -> Outcome.NOT_SENT;
            case REFUSED -> Outcome.NOT_DONE;
            case UNKNOWN -> Outcome.UNKNOWN;
        };
    }

    static Reason reason(Verdict verdict) {
        return verdict.kind()
                .map(Reason::of)
                .orElse(verdict.blame() == Blame.NOBODY ? Reason.REFUSED : Reason.UNAVAILABLE);
    }
}
