package dev.hastack.elasticsearch;

import dev.hastack.core.topology.Refused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The questions that a probe asks a node at one time. Each may be refused alone, by the node or by what stands before it; where none is
 * answered, the node is not ready, or it is none.
 *
 * <p>For the reasons, see docs/decisions.md, ES-14.
 */
final class Questions {
    private static final int OF_A_BODY = 300;

    private HttpConnection to;
    private final Reopening reopening;
    private final Runnable signOfLife;
    private final List<Refused> refused = new ArrayList<>();
    private boolean answered;
    private boolean ofElasticsearch;
    /** An answer that no node gives that is ready and refuses a question. */
    private @Nullable IOException worst;

    private @Nullable IOException last;

    /** What one answer tells; an {@link IOException} if it is nothing of Elasticsearch's. */
    interface Reader {
        NodeInfo read(String body) throws IOException;
    }

    /** Makes another connection where the last answer has ended this one. */
    interface Reopening {
        HttpConnection open(HttpConnection last) throws IOException;
    }

    /** @param signOfLife run at each answer, whatever it is */
    Questions(HttpConnection to, Reopening reopening, Runnable signOfLife) {
        this.to = to;
        this.reopening = reopening;
        this.signOfLife = signOfLife;
    }

    /** Who the node is; of all else nothing is known. */
    Optional<NodeInfo> named() throws IOException {
        return ask(NodeInfo.SELF, "GET /_nodes/_local", NodeInfo.UNKNOWN::named);
    }

    /**
     * Returns the answer; empty if the question is refused. Fails if the user is refused, or if the connection fails.
     *
     * @param question for people
     */
    Optional<NodeInfo> ask(String path, String question, Reader reader) throws IOException {
        to = reopening.open(to);
        HttpConnection.Reply reply = to.get(path);
        signOfLife.run();
        ofElasticsearch |= reply.ofElasticsearch();
        if (reply.status() == 401) {
            throw refusal(reply);
        }
        IOException error;
        if (reply.status() == 200) {
            try {
                NodeInfo info = reader.read(reply.body());
                answered = true;
                return Optional.of(info);
            } catch (IOException e) {
                error = e;
                worst = e;
            }
        } else {
            error = refusal(reply);
            worst = reply.status() / 100 == 4 ? worst : error;
        }
        last = error;
        refused.add(Refused.fact(question, String.valueOf(error.getMessage())));
        return Optional.empty();
    }

    /** Those to which there is no answer, in the order in which they were asked. */
    List<Refused> refused() {
        return List.copyOf(refused);
    }

    void failWhereNoneIsAnswered() throws IOException {
        IOException error = worst != null ? worst : ofElasticsearch ? null : last;
        if (!answered && error != null) {
            throw error;
        }
    }

    private static NodeRefusedException refusal(HttpConnection.Reply reply) {
        String denied = reply.status() == 401 || reply.status() == 403
                ? " (the user or API key of ha.elasticsearch needs the cluster privilege monitor)"
                : "";
        String body = reply.body().replaceAll("\\s+", " ");
        return new NodeRefusedException(
                reply.status(),
                "HTTP " + reply.status() + denied + ": " + body.substring(0, Math.min(OF_A_BODY, body.length())));
    }
}
