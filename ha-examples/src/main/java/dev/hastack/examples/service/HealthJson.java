package dev.hastack.examples.service;

import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.HealthReport;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.health.StoreHealth;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A health report as JSON says it: names and numbers, and what is not known is left out. */
final class HealthJson {

    private HealthJson() {}

    static Map<String, @Nullable Object> of(HealthReport report) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("status", report.health());
        json.put("stack", report.stack().orElse(null));
        json.put("service", report.service());
        json.put("at", report.at().toString());
        json.put("stores", report.stores().stream().map(HealthJson::store).toList());
        return json;
    }

    private static Map<String, @Nullable Object> store(StoreHealth store) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("store", store.store());
        json.put("status", store.health());
        json.put("summary", store.summary());
        json.put("notes", store.notes().stream().map(HealthJson::note).toList());
        json.put("nodes", store.nodes().stream().map(HealthJson::node).toList());
        return json;
    }

    private static Map<String, @Nullable Object> note(HealthNote note) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("code", note.code());
        json.put("severity", note.severity());
        json.put("text", note.text());
        return json;
    }

    private static Map<String, @Nullable Object> node(NodeHealth node) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("node", node.node());
        json.put("address", node.address());
        json.put("status", node.health());
        json.put("role", node.role());
        json.put("suspect", node.suspect());
        json.put("epoch", node.epoch().isPresent() ? node.epoch().getAsLong() : null);
        json.put("lagMs", node.lag().map(Duration::toMillis).orElse(null));
        json.put("generation", node.generation());
        json.put("since", node.since().toString());
        json.put("reason", node.reason().orElse(null));
        return json;
    }
}
