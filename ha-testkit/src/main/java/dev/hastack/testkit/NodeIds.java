package dev.hastack.testkit;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;

/** What holds for the names of nodes in every layout: they become part of keys and of file names. */
final class NodeIds {
    private static final Pattern ID = Pattern.compile("[a-z0-9-]+");

    private NodeIds() {}

    /**
     * A copy of {@code ids}.
     *
     * @throws IllegalArgumentException if there is none, or one is malformed or given twice
     */
    static List<String> checked(List<String> ids) {
        if (ids.isEmpty()) {
            throw new IllegalArgumentException("a cluster needs at least one node");
        }
        for (String id : ids) {
            if (!ID.matcher(id).matches()) {
                throw new IllegalArgumentException("node id \"" + id + "\" does not match " + ID);
            }
        }
        if (new LinkedHashSet<>(ids).size() < ids.size()) {
            throw new IllegalArgumentException("node ids " + ids + " are not distinct");
        }
        return List.copyOf(ids);
    }
}
