package dev.hastack.elasticsearch;

import dev.hastack.testkit.ElasticsearchCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** A node with HTTPS and passwords, and the roles that docs/operations.md gives, word for word; each has a user of its name. */
public final class Secured {
    private static final Pattern ROLE =
            Pattern.compile("PUT _security/role/(\\S+)\n(\\{.*?})\n(?=PUT|```)", Pattern.DOTALL);

    /** What the names of users begin with who may ask one question of the probe's, and no other. */
    static final String MODEST = "cms-asks-for-";

    private static final Map<String, String> QUESTIONS = Map.of(
            "main", "\"cluster:monitor/main\"",
            "state", "\"cluster:monitor/state\"",
            "nodes", "\"cluster:monitor/nodes/info\"",
            "nothing", "");

    private Secured() {}

    /** The same for all tests, so that they share it. */
    public static ElasticsearchCluster.Builder node() {
        try {
            String document = Files.readString(Path.of("..", "docs", "operations.md"));
            ElasticsearchCluster.Builder builder =
                    ElasticsearchCluster.builder().node("es-1").password().tls();
            ROLE.matcher(document).results().forEach(role -> builder.role(role.group(1), role.group(2)));
            QUESTIONS.forEach((name, right) -> builder.role(
                    MODEST + name,
                    "{\"cluster\": [" + right
                            + "], \"indices\": [{\"names\": [\"cms-*\"], \"privileges\": [\"read\", \"write\"]}]}"));
            return builder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
