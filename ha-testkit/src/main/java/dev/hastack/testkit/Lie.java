package dev.hastack.testkit;

import java.util.List;

/**
 * What a server says that is not what it takes itself for: {@link FaultProxy#lie} has it said in a server's place.
 *
 * @param name for a test to be called by
 * @param words each character a byte
 * @param then what follows
 */
public record Lie(String name, String words, Then then) {
    /** What follows the words. */
    public enum Then {
        /** The connection stays as it is. */
        SILENCE,
        /** The end of the connection. */
        END,
        /** The same again, a thousand times a second, for as long as somebody listens. */
        AGAIN
    }

    private static final String ANY_BYTES = "\u0000\u00ff\u0017\u0003\u0099 ~\r\n\u0001\u0000\u0000\u00fe";

    /** What PostgreSQL says to whoever does not speak its protocol: a fatal error, of 32 bytes. */
    public static final Lie OF_POSTGRESQL =
            new Lie("an error of PostgreSQL", "E\0\0\0 SFATAL\0C0A000\0Mwhat is it?\0\0", Then.END);

    /** What Redis says to whoever speaks of nothing that it knows. */
    public static final Lie OF_REDIS = new Lie("an error of Redis", "-ERR unknown command\r\n", Then.SILENCE);

    /** What a server of HTTP says to whoever does not speak HTTP. */
    public static final Lie OF_HTTP =
            new Lie("an error of HTTP", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", Then.END);

    /** Those that are none of any protocol: silence, garbage, and the end of the connection. */
    public static List<Lie> ofNoProtocol() {
        return List.of(
                new Lie("nothing", "", Then.SILENCE),
                new Lie("the end", "", Then.END),
                new Lie("garbage", ANY_BYTES, Then.SILENCE),
                new Lie("garbage and the end", ANY_BYTES, Then.END),
                new Lie("garbage without end", ANY_BYTES, Then.AGAIN));
    }

    @Override
    public String toString() {
        return name;
    }
}
