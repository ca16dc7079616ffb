package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.ErrorResponse;
import co.elastic.clients.json.JsonpDeserializer;
import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.json.JsonpSerializable;
import co.elastic.clients.transport.ElasticsearchTransport;
import co.elastic.clients.transport.Endpoint;
import co.elastic.clients.transport.endpoints.SimpleEndpoint;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.util.Map;

/**
 * Requests about indices and aliases, with bodies as they are sent: the client's own types know fewer parameters than servers
 * do, and differ between its versions.
 */
final class Requests {
    private final ElasticsearchTransport transport;

    Requests(ElasticsearchTransport transport) {
        this.transport = transport;
    }

    /** @param kind as the client's endpoints are called, without "es/": the transport goes by it */
    JsonObject get(String kind, String index, String path, Map<String, String> parameters) throws IOException {
        return perform(new Request(kind, "GET", index, path, parameters, JsonValue.EMPTY_JSON_OBJECT));
    }

    JsonObject send(String kind, String method, String index, String path, JsonObject body) throws IOException {
        return perform(new Request(kind, method, index, path, Map.of(), body));
    }

    private JsonObject perform(Request request) throws IOException {
        JsonValue answer = transport.performRequest(request, request.endpoint(), null);
        if (answer instanceof JsonObject object) {
            return object;
        }
        throw new IOException("expected an object in the answer to " + request.method() + " " + request.path()
                + ", but got " + answer);
    }

    /** @param index for the transport, which guards publications one by one; may be empty */
    private record Request(
            String kind, String method, String index, String path, Map<String, String> parameters, JsonObject body)
            implements JsonpSerializable {
        Endpoint<Request, JsonValue, ErrorResponse> endpoint() {
            return new SimpleEndpoint<>(
                    "es/" + kind,
                    Request::method,
                    Request::path,
                    request -> request.index().isEmpty() ? Map.of() : Map.of("index", request.index()),
                    Request::parameters,
                    request -> Map.of(),
                    !body.isEmpty(),
                    JsonpDeserializer.jsonValueDeserializer());
        }

        @Override
        public void serialize(JsonGenerator generator, JsonpMapper mapper) {
            generator.write(body);
        }
    }
}
