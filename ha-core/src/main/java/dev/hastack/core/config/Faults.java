package dev.hastack.core.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects faults, each once. */
final class Faults {
    private final Set<Fault> all = new LinkedHashSet<>();

    void add(Fault fault) {
        all.add(fault);
    }

    boolean contains(Fault fault) {
        return all.contains(fault);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    void throwIfAny() {
        if (!isEmpty()) {
            throw new StackConfigException(List.copyOf(all));
        }
    }

    @Override
    public String toString() {
        return all.toString();
    }
}
