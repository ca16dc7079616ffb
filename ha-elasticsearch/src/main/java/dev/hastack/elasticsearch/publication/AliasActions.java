package dev.hastack.elasticsearch.publication;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;

/** Changes of aliases that take effect all at once, or not at all. */
final class AliasActions {
    private final JsonArrayBuilder actions = Json.createArrayBuilder();

    /** An alias of a generation. In a shared index, it shows and routes to the documents of the publication alone. */
    AliasActions add(Generation generation, String alias) {
        return action(
                "add",
                Json.createObjectBuilder(definition(generation))
                        .add("index", generation.index())
                        .add("alias", alias));
    }

    /** The aliases by which the users of a publication know it. */
    AliasActions open(Generation generation) {
        action("add", users(generation, generation.names().read(generation.publication()), false));
        return action("add", users(generation, generation.names().write(generation.publication()), true));
    }

    /** Nothing takes effect if the alias is not there. */
    AliasActions remove(Generation generation, String alias) {
        return action(
                "remove",
                Json.createObjectBuilder()
                        .add("index", generation.index())
                        .add("alias", alias)
                        .add("must_exist", true));
    }

    AliasActions close(Generation generation) {
        return remove(generation, generation.names().read(generation.publication()))
                .remove(generation, generation.names().write(generation.publication()));
    }

    JsonObject body() {
        return Json.createObjectBuilder().add("actions", actions).build();
    }

    private AliasActions action(String name, JsonObjectBuilder action) {
        actions.add(Json.createObjectBuilder().add(name, action));
        return this;
    }

    private static JsonObjectBuilder users(Generation generation, String alias, boolean writes) {
        return Json.createObjectBuilder(users(generation, writes))
                .add("index", generation.index())
                .add("alias", alias);
    }

    /** What a new index has from the start. The alias for reads takes no writes, even while it is the only one. */
    static JsonObject users(Generation generation, boolean writes) {
        return Json.createObjectBuilder(definition(generation))
                .add("is_write_index", writes)
                .build();
    }

    static JsonObject definition(Generation generation) {
        JsonObjectBuilder definition = Json.createObjectBuilder();
        if (generation.shared()) {
            definition
                    .add("routing", generation.publication())
                    .add(
                            "filter",
                            Json.createObjectBuilder()
                                    .add("term", Json.createObjectBuilder().add("_routing", generation.publication())));
        }
        return definition.build();
    }
}
