package dev.hastack.core;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What pgjdbc makes of its properties for TLS. Other than libpq it looks at {@code sslrootcert} in the modes that verify alone, and its
 * socket factories verify what they like.
 */
final class PostgresEncryption {
    private static final String PROPERTY = "ha.postgres.properties.";
    private static final String FULL = PROPERTY + "sslmode=verify-full";
    private static final String SECTION = "ha.postgres.tls.enabled=true";

    /**
     * @param what it does
     * @param remedy the setting that ends it
     */
    record Doubt(String what, String remedy) {}

    /** Who is asked for sockets: the driver's own by {@code sslmode}, those that verify nothing, or no host, or enough. */
    private enum Factory {
        BY_MODE,
        NOTHING,
        NO_HOST,
        ENOUGH
    }

    private PostgresEncryption() {}

    /** Empty where the server is verified, or where it is said that nothing is encrypted. */
    static Optional<Doubt> doubt(Map<String, String> properties) {
        Factory factory = factory(properties.getOrDefault("sslfactory", ""));
        return Optional.ofNullable(
                switch (mode(properties)) {
                    case "disable" -> null;
                    case "allow" ->
                        new Doubt("encrypts where the server demands it, and believes any certificate", FULL);
                    case "require" -> required(factory, properties.containsKey("sslrootcert"));
                    case "verify-ca" -> verified(factory, true);
                    case "verify-full" -> verified(factory, false);
                    default ->
                        new Doubt(
                                "encrypts where the server offers it, and believes any certificate",
                                properties.containsKey("sslmode") ? FULL : SECTION);
                });
    }

    private static String mode(Map<String, String> properties) {
        String byDefault = "true".equals(properties.get("ssl")) ? "verify-full" : "prefer";
        return properties.getOrDefault("sslmode", byDefault);
    }

    private static @Nullable Doubt required(Factory factory, boolean authority) {
        return factory == Factory.BY_MODE
                ? new Doubt(
                        "believes any certificate"
                                + (authority ? ", since sslmode=require passes sslrootcert over" : ""),
                        FULL)
                : verified(factory, true);
    }

    private static @Nullable Doubt verified(Factory factory, boolean anyHost) {
        return switch (factory) {
            case NOTHING ->
                new Doubt("believes any certificate, by its sslfactory", "no " + PROPERTY + "sslfactory, and " + FULL);
            case NO_HOST -> anyHost ? new Doubt("believes the certificate of any host that Java trusts", FULL) : null;
            case BY_MODE, ENOUGH -> null;
        };
    }

    private static Factory factory(String name) {
        return switch (name) {
            case "", "org.postgresql.ssl.LibPQFactory", "org.postgresql.ssl.jdbc4.LibPQFactory" -> Factory.BY_MODE;
            case "org.postgresql.ssl.NonValidatingFactory" -> Factory.NOTHING;
            case "org.postgresql.ssl.DefaultJavaSSLFactory" -> Factory.NO_HOST;
            // One certificate alone, or what a program's own does, of which nothing is known here.
            default -> Factory.ENOUGH;
        };
    }
}
