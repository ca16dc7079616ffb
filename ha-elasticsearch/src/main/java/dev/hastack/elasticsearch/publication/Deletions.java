package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.VersionType;
import co.elastic.clients.elasticsearch._types.query_dsl.Query;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What live writes deleted while a generation was being filled. Elasticsearch remembers the version of a deleted document for a
 * minute only, and not through a restart; so a deletion is noted here before it is made in the new generation, and the rebuild
 * repeats it once all is copied. Whichever way the two fall in time, no copy of a deleted document is left.
 */
final class Deletions {
    static final String PUBLICATION = "publication";
    static final String GENERATION = "generation";

    private final Control control;

    Deletions(Control control) {
        this.control = control;
    }

    /** @param stored the document's id, as it is stored in {@code filled} */
    BulkOperation note(Generation filled, String stored, long version) {
        JsonObject json = Json.createObjectBuilder()
                .add(PUBLICATION, filled.publication())
                .add(GENERATION, filled.name())
                .add("id", stored)
                .add("version", version)
                .build();
        return BulkOperation.of(bulk -> bulk.index(put -> put.index(control.index())
                .id(key(filled.name(), stored))
                .versionType(VersionType.External)
                .version(version)
                .document(Control.document(json))));
    }

    /** All notes on a publication. */
    static Query of(String publication) {
        return Query.of(query -> query.term(term -> term.field(PUBLICATION).value(publication)));
    }

    /** The notes on what was deleted while {@code filled} was. */
    static Query during(Generation filled) {
        return Query.of(query -> query.term(term -> term.field(GENERATION).value(filled.name())));
    }

    /** Ids may be as long as Elasticsearch allows. */
    private static String key(String generation, String stored) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(generation.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) '/');
            return HexFormat.of().formatHex(digest.digest(stored.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
