package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.Secret;
import dev.hastack.core.config.StackConfig;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who the clients of all nodes say that they are. Elasticsearch asks at each request; a file is read for those of probes, and where a
 * request was refused. Thread-safe.
 */
final class Login implements NodeConnector.Identity {
    private final Optional<String> username;
    private final Optional<Secret> secret;
    private final String opaqueId;
    private volatile Shown shown;

    private record Shown(Optional<String> secret, Map<String, String> headers) {}

    Login(ElasticsearchConfig config, StackConfig stack) {
        this.username = config.username();
        this.secret = config.apiKey().or(config::password);
        // The servers' slow logs and task lists show it.
        this.opaqueId = "ha-stack" + stack.stack().map(name -> "-" + name).orElse("") + "-"
                + stack.service().replaceAll("[^!-~]", "_");
        this.shown = show(secret.map(Secret::value));
    }

    private Shown show(Optional<String> now) {
        Map<String, String> headers = new HashMap<>();
        headers.put("X-Opaque-Id", opaqueId);
        now.ifPresent(value -> headers.put(
                "Authorization", username.map(name -> basic(name, value)).orElse("ApiKey " + value)));
        return new Shown(now, Map.copyOf(headers));
    }

    /** A text without the secret, as it is and as it is sent. */
    String hiddenIn(String text) {
        String shorter = secret.map(hidden -> hidden.hiddenIn(text)).orElse(text);
        String sent = shown.headers().getOrDefault("Authorization", "");
        return sent.isEmpty()
                ? shorter
                : Secret.of(sent.substring(sent.indexOf(' ') + 1)).hiddenIn(shorter);
    }

    private static String basic(String name, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Map<String, String> headers() {
        return shown.headers();
    }

    @Override
    public Map<String, String> renewed() {
        Shown before = shown;
        Optional<String> now = secret.map(Secret::value);
        if (!now.equals(before.secret())) {
            shown = show(now);
        }
        return shown.headers();
    }
}
