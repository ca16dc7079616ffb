package dev.hastack.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which arguments of one command a key prefix is put before, and what is added at its end. Not thread-safe until it is filled. */
final class KeyMarks {
    static final byte NONE = 0;
    static final byte KEY = 1;
    static final byte CHANNEL = 2;

    /** Of the many commands whose one key is their first argument. */
    static final KeyMarks FIRST = new KeyMarks();

    static {
        FIRST.mark(1, KEY);
    }

    private byte[] kinds = new byte[0];
    private final List<byte[]> added = new ArrayList<>(0);
    private boolean any;

    void mark(int number, byte kind) {
        if (number > kinds.length) {
            kinds = Arrays.copyOf(kinds, number);
        }
        kinds[number - 1] = kind;
        any = true;
    }

    void add(String word) {
        added.add(word.getBytes(StandardCharsets.US_ASCII));
        any = true;
    }

    void add(byte[] argument) {
        added.add(argument);
        any = true;
    }

    byte kind(int number) {
        return number > kinds.length ? NONE : kinds[number - 1];
    }

    /** Whether a pattern or key is marked from this argument on. */
    boolean marksFrom(int number) {
        for (int i = number; i <= kinds.length; i++) {
            if (kind(i) != NONE) {
                return true;
            }
        }
        return false;
    }

    List<byte[]> added() {
        return added;
    }

    boolean none() {
        return !any;
    }
}
