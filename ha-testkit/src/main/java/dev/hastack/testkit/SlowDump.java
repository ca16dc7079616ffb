package dev.hastack.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A node's own dump, enlarged so that loading it lasts: Redis can be told to pause at each key, but looks after its
 * clients once per kilobyte only. The keys added are of that size, and expired, so that no client ever sees them; the node
 * forgets where in the primary's history it was, and so gets all data anew, without them.
 */
final class SlowDump {
    static final int ADDED = 1_000;

    private static final int HEADER = "REDIS0010".length();
    private static final int VALUE = 1_100;
    private static final int EXPIRES = 0xFC;
    private static final int DATABASE = 0xFE;
    private static final int END = 0xFF;
    private static final int STRING = 0;
    private static final int TWO_BYTE_LENGTH = 0x40;

    private SlowDump() {}

    /** Enlarges a dump, or makes one where there is none; its checksum is off. */
    static void write(Path file) throws IOException {
        byte[] dump = Files.exists(file) ? Files.readAllBytes(file) : empty();
        forget(dump, "repl-id");
        var slow = new ByteArrayOutputStream();
        slow.write(dump, 0, HEADER);
        slow.write(DATABASE);
        slow.write(0);
        for (int i = 0; i < ADDED; i++) {
            slow.write(EXPIRES);
            slow.writeBytes(
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(1).array());
            slow.write(STRING);
            string(slow, ("ha-testkit:" + i).getBytes(StandardCharsets.US_ASCII));
            string(slow, new byte[VALUE]);
        }
        slow.write(dump, HEADER, dump.length - HEADER);
        Files.write(file, slow.toByteArray());
        ServerUser.CURRENT.own(file);
    }

    private static byte[] empty() {
        byte[] dump = new byte[HEADER + 1 + 8];
        System.arraycopy("REDIS0010".getBytes(StandardCharsets.US_ASCII), 0, dump, 0, HEADER);
        dump[HEADER] = (byte) END;
        return dump;
    }

    /** Gives a field of the header a name that Redis passes over. */
    private static void forget(byte[] dump, String field) {
        String header = new String(dump, 0, Math.min(dump.length, 1_000), StandardCharsets.ISO_8859_1);
        int at = header.indexOf(field);
        if (at >= 0) {
            dump[at] = 'x';
        }
    }

    private static void string(ByteArrayOutputStream target, byte[] content) {
        target.write(TWO_BYTE_LENGTH | (content.length >> 8));
        target.write(content.length);
        target.writeBytes(content);
    }
}
