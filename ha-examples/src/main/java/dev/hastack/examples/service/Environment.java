package dev.hastack.examples.service;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/** What the programs read from their environment beside the configuration of ha-stack. */
public final class Environment {

    private Environment() {}

    /**
     * Where to listen: {@code LISTEN_ADDRESS}, loopback unless that is set; {@code 0.0.0.0} is every address.
     *
     * @throws IllegalArgumentException when no such host is known
     */
    public static InetAddress address() {
        String value = System.getenv("LISTEN_ADDRESS");
        try {
            return value == null || value.isBlank()
                    ? InetAddress.getLoopbackAddress()
                    : InetAddress.getByName(value.strip());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "LISTEN_ADDRESS must be an address of this machine, such as 127.0.0.1; it is \"" + value + "\"", e);
        }
    }

    /**
     * Where to listen: {@code PORT}.
     *
     * @throws IllegalArgumentException when it is no port
     */
    public static int port(int otherwise) {
        String value = System.getenv("PORT");
        if (value == null) {
            return otherwise;
        }
        try {
            int port = Integer.parseInt(value);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // the same answer as to a number out of range
        }
        throw new IllegalArgumentException("PORT must be a number from 0 to 65535; it is \"" + value + "\"");
    }

    /**
     * Where the editing servers are: {@code EDITING_SERVERS}, as URLs with commas between.
     *
     * @throws IllegalArgumentException when it is no list of http URLs
     */
    public static List<URI> editingServers() {
        String value = System.getenv().getOrDefault("EDITING_SERVERS", "http://localhost:8080");
        return Arrays.stream(value.split(",", -1))
                .map(String::trim)
                .map(Environment::url)
                .toList();
    }

    private static URI url(String value) {
        if (!value.startsWith("http://")) {
            throw new IllegalArgumentException("EDITING_SERVERS must be URLs such as http://localhost:8080, with commas"
                    + " between; one is \"" + value + "\"");
        }
        return URI.create(value);
    }
}
