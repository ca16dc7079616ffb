package dev.hastack.core.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a node listens.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record Address(String host, int port) {
    private static final Pattern TEXT = Pattern.compile(
            "(?:\\[(?<v6>[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[\\w.-]+)?)]|(?<name>[\\w.-]+))(?::(?<port>\\d{1,5}))?");

    private static final String LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
    private static final Pattern NAME = Pattern.compile("(?=.{1,254}$)" + LABEL + "(?:\\." + LABEL + ")*\\.?");

    private static final Pattern V4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");

    static final String EXPECTED_HOST = "expected a host: its name, an IPv4 address, or an IPv6 address in brackets";

    public Address {
        if (host.isBlank()) {
            throw new IllegalArgumentException("expected a host");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("expected a port from 1 to 65535");
        }
    }

    /**
     * Reads {@code host:port}, {@code host} or {@code [IPv6]:port}.
     *
     * @throws IllegalArgumentException if {@code text} is none of these; the message says what was expected
     */
    public static Address parse(String text, int defaultPort) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    text.indexOf(':') != text.lastIndexOf(':')
                            ? "expected host:port, with an IPv6 address in brackets: [2001:db8::1]:" + defaultPort
                            : "expected host:port");
        }
        String host = matcher.group("v6") != null ? matcher.group("v6") : matcher.group("name");
        String port = matcher.group("port");
        if (!isHost(host)) {
            throw new IllegalArgumentException(EXPECTED_HOST);
        }
        return new Address(host, port == null ? defaultPort : Integer.parseInt(port));
    }

    /** Whether it may be one, as far as can be told without asking for its address; an IPv6 address without brackets. */
    static boolean isHost(String host) {
        if (host.indexOf(':') >= 0) {
            try {
                // A literal, which asks no server; the zone is for the operating system to know.
                return InetAddress.getByName("[" + host.replaceFirst("%.*", "") + "]") != null;
            } catch (UnknownHostException e) {
                return false;
            }
        }
        return host.matches("[\\d.]+")
                ? V4.matcher(host).matches()
                : NAME.matcher(host).matches();
    }

    /** {@code host:port}, with brackets around an IPv6 address. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
