package dev.hastack.elasticsearch;

import co.elastic.clients.transport.TransportException;
import co.elastic.clients.transport.TransportOptions;
import co.elastic.clients.transport.http.RepeatableBodyResponse;
import co.elastic.clients.transport.http.TransportHttpClient;
import co.elastic.clients.util.BinaryData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Lets pass only answers that can be Elasticsearch's. What stands before it answers with HTML, text, or nothing at all, and the client's transport
 * decodes before it looks at the status: an empty body had it throw what no caller expects. Anything else ends as a {@link TransportException} here,
 * which has the status and the node.
 */
final class AnswerCheck implements TransportHttpClient {
    private final TransportHttpClient client;

    AnswerCheck(TransportHttpClient client) {
        this.client = client;
    }

    @Override
    public TransportOptions createOptions(@Nullable TransportOptions options) {
        return client.createOptions(options);
    }

    @Override
    public Response performRequest(String endpoint, @Nullable Node node, Request request, TransportOptions options)
            throws IOException {
        return checked(endpoint, request, client.performRequest(endpoint, node, request, options));
    }

    @Override
    public CompletableFuture<Response> performRequestAsync(
            String endpoint, @Nullable Node node, Request request, TransportOptions options) {
        CompletableFuture<Response> sent = client.performRequestAsync(endpoint, node, request, options);
        CompletableFuture<Response> checked = sent.thenApply(response -> {
            try {
                return checked(endpoint, request, response);
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
        CompletableFuture<Response> unusedStage = checked.whenComplete((response, error) -> {
            if (checked.isCancelled()) {
                boolean unusedResult = sent.cancel(true);
            }
        });
        return checked;
    }

    private static Response checked(String endpoint, Request request, Response response) throws IOException {
        int status = response.statusCode();
        if (request.method().equals("HEAD")) {
            return status / 100 == 3 ? refuse(endpoint, response, "a redirection") : response;
        }
        if (status < 300) {
            // The client refuses it, unless it says that it is Elasticsearch's.
            return response;
        }
        BinaryData body = response.body();
        if (body == null || body.size() == 0) {
            return refuse(endpoint, response, "an empty body");
        }
        Response again = RepeatableBodyResponse.of(response);
        String type = String.valueOf(body.contentType()).toLowerCase(Locale.ROOT);
        boolean json = type.contains("json") && first(again.body()) == '{';
        return json ? again : refuse(endpoint, again, "a body of type " + type);
    }

    /** The first character that is no space; 0 if there is none. */
    private static char first(@Nullable BinaryData body) throws IOException {
        ByteBuffer bytes = body == null ? ByteBuffer.allocate(0) : body.asByteBuffer();
        String text =
                StandardCharsets.UTF_8.decode(bytes.duplicate()).toString().stripLeading();
        return text.isEmpty() ? 0 : text.charAt(0);
    }

    private static Response refuse(String endpoint, Response response, String what) throws TransportException {
        throw new TransportException(
                response,
                "expected JSON of Elasticsearch, but got " + what + ": something that stands before it answered",
                endpoint);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
