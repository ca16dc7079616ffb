package dev.hastack.examples.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a client asks.
 *
 * @param method such as {@code GET}
 * @param path the segments of the path, decoded; empty for {@code /}
 * @param query the query, as it was sent; empty when there was none
 * @param body the body; empty when there was none
 */
public record Request(String method, List<String> path, String query, String body) {

    /** The path as it is written, for messages. */
    public String address() {
        return "/" + String.join("/", path);
    }

    /** The value of this parameter of the query, decoded, if it is there. */
    public Optional<String> parameter(String name) {
        return Arrays.stream(query.split("&", -1))
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8))
                .findFirst();
    }
}
