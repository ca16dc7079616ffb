package dev.hastack.core.failure;

import dev.hastack.core.failure.spi.FailureReader;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks through one exception for what is known of the call that threw it.
 *
 * <p>For the reasons, see docs/decisions.md, CORE-14.
 */
final class FailureSearch {
    /** Far more than any framework wraps; a pool may suppress one exception for each of its connections. */
    private static final int MOST = 200;

    private static final List<FailureReader> READERS =
            ServiceLoader.load(FailureReader.class, FailureSearch.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private @Nullable StackFailure found;

    private FailureSearch() {}

    static Optional<StackFailure> in(Throwable error) {
        if (error instanceof StackFailure own) {
            return Optional.of(own);
        }
        FailureSearch search = new FailureSearch();
        search.look(error);
        return Optional.ofNullable(search.found);
    }

    private void look(Throwable error) {
        // Drivers put exceptions of their own around those of ha-stack, which know more.
        boolean own = holdsOwn(error);
        for (Throwable t = error; t != null && seen.size() < MOST && seen.add(t); t = t.getCause()) {
            if (t instanceof StackFailure failure) {
                // It knows what its causes and suppressed exceptions mean for the call.
                take(failure);
                return;
            }
            for (Throwable suppressed : t.getSuppressed()) {
                look(suppressed);
            }
            Optional<StackFailure> failure = own ? Optional.empty() : read(t);
            if (failure.isPresent()) {
                take(failure.get());
                return;
            }
        }
    }

    private static boolean holdsOwn(Throwable error) {
        int depth = 0;
        for (Throwable t = error; t != null && depth < MOST; t = t.getCause(), depth++) {
            if (t instanceof StackFailure) {
                return true;
            }
        }
        return false;
    }

    private static Optional<StackFailure> read(Throwable error) {
        return READERS.stream().flatMap(reader -> reader.read(error).stream()).findFirst();
    }

    private void take(StackFailure failure) {
        if (found == null || failure.outcome().compareTo(found.outcome()) > 0) {
            found = failure;
        }
    }
}
