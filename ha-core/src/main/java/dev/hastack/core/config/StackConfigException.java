package dev.hastack.core.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration cannot be used. The message is a report of all its faults, and holds no secret. */
public final class StackConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Fault> faults;

    StackConfigException(List<Fault> faults) {
        super(faults.stream()
                .map(fault -> "\n  - " + fault)
                .collect(Collectors.joining(
                        "",
                        "ha-stack configuration has " + faults.size() + (faults.size() == 1 ? " fault:" : " faults:"),
                        "")));
        this.faults = List.copyOf(faults);
    }

    /** All of them, in the order of the report. */
    public List<Fault> faults() {
        return faults;
    }
}
