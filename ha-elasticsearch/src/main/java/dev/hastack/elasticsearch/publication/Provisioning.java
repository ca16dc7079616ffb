package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import dev.hastack.core.config.ElasticsearchConfig;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes publications, whoever else does so at the same time, and says how those that exist differ from what is wanted. */
final class Provisioning {
    private final Catalog catalog;
    private final Control control;
    private final Claim.Times times;
    private final ElasticsearchConfig.Publication defaults;

    Provisioning(Catalog catalog, Control control, Claim.Times times, ElasticsearchConfig.Publication defaults) {
        this.catalog = catalog;
        this.control = control;
        this.times = times;
        this.defaults = defaults;
    }

    /**
     * @param create whether it may be made
     * @throws PublicationException.Invalid if it is there, and differs
     */
    void provision(String publication, ElasticsearchConfig.Publication config, boolean create)
            throws IOException, InterruptedException {
        Generations found = catalog.generations(publication);
        if (found.current().isEmpty() && create) {
            if (config.layout() == ElasticsearchConfig.Layout.SHARED) {
                createShared(publication);
            } else {
                createOwn(publication, found, config);
            }
            found = catalog.generations(publication);
        }
        validate(publication, config, found);
    }

    /** One request makes the index with its aliases: others find all of it or nothing. */
    private void createOwn(String publication, Generations found, ElasticsearchConfig.Publication config)
            throws IOException {
        int number = found.nextNumber(catalog.indices(publication).keySet());
        Names names = catalog.names();
        Generation first = new Generation(names, publication, number, names.generation(publication, number), false);
        Wanted wanted = Wanted.of(publication, config);
        try {
            catalog.create(first.index(), wanted.settings(), wanted.mapping(), users(first));
        } catch (IOException | ElasticsearchException e) {
            // Elasticsearch refuses a second index to write to: another process was first, and has rebuilt since. Or it
            // was made, and
            // the answer lost, or not every node knows of it yet.
            if (!there(publication, e)) {
                throw e;
            }
        }
    }

    /** Whether there is a present generation, asked since something has failed: where nobody can say, that stands with it. */
    private boolean there(String publication, Exception failure) {
        try {
            return Uninterrupted.run(
                    () -> catalog.generations(publication).current().isPresent());
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    /** An alias can be added twice, to different indices. So only who has claimed the publication adds it. */
    private void createShared(String publication) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + times.expiry().multipliedBy(2).toNanos();
        while (catalog.generations(publication).current().isEmpty()) {
            try {
                Claim.with(control, publication, times, claim -> {
                    Generations found = catalog.generations(publication);
                    if (found.current().isEmpty()) {
                        int number =
                                found.nextNumber(catalog.indices(publication).keySet());
                        Generation first = shared(publication, number);
                        catalog.change(
                                new AliasActions().add(first, first.name()).open(first));
                    }
                    return found;
                });
            } catch (PublicationException.Busy | UnconfirmedException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            } catch (IOException | ElasticsearchException e) {
                // As with one of its own: it was made, perhaps, and the answer lost.
                if (!there(publication, e)) {
                    throw e;
                }
            }
        }
    }

    /** A generation in a shared index, which exists then. */
    Generation shared(String publication, int number) throws IOException {
        String index = catalog.names().shared(number);
        Wanted wanted = Wanted.of("(shared)", defaults);
        JsonObject mapping = Json.createObjectBuilder(wanted.mapping())
                .add("_routing", Json.createObjectBuilder().add("required", true))
                .build();
        catalog.create(index, wanted.settings(), mapping, JsonValue.EMPTY_JSON_OBJECT);
        return new Generation(catalog.names(), publication, number, index, true);
    }

    private static JsonObject users(Generation generation) {
        Names names = generation.names();
        return Json.createObjectBuilder()
                .add(names.read(generation.publication()), AliasActions.users(generation, false))
                .add(names.write(generation.publication()), AliasActions.users(generation, true))
                .build();
    }

    private void validate(String publication, ElasticsearchConfig.Publication config, Generations found)
            throws IOException {
        Names names = catalog.names();
        Generation current = found.current()
                .orElseThrow(() -> new PublicationException.NotProvisioned(publication, names.read(publication)));
        List<String> differences = new ArrayList<>();
        if (!found.written()) {
            differences.add("aliases: expected " + names.write(publication) + " at " + current.index()
                    + " alone, where " + names.read(publication) + " is");
        }
        if (catalog.closed(current.index())) {
            differences.add(
                    "state: expected an open index, found it closed: no document can be read or written; open it by POST /"
                            + current.index() + "/_open");
        }
        Wanted wanted = Wanted.of(publication, current.shared() ? defaults : config);
        differences.addAll(Differences.between(wanted, catalog.show(current.index())));
        if (!differences.isEmpty()) {
            throw new PublicationException.Invalid(publication, current.index(), differences);
        }
    }

    /** What a generation has that is being filled with many documents: no copies, and no refresh that nobody needs. */
    static Map<String, JsonValue> filling(Map<String, JsonValue> settings) {
        Map<String, JsonValue> filling = quiet(settings);
        filling.remove("index.auto_expand_replicas");
        filling.put("index.number_of_replicas", Json.createValue("0"));
        return filling;
    }

    /** What a generation has that is being filled with few. */
    static Map<String, JsonValue> quiet(Map<String, JsonValue> settings) {
        Map<String, JsonValue> quiet = new TreeMap<>(settings);
        quiet.put("index.refresh_interval", Json.createValue("-1"));
        return quiet;
    }
}
