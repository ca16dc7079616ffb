package dev.hastack.redis;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The silence of one connection, and what its server says of that connection when it is asked on another one. A server that holds a command
 * back, or is still receiving one, owes no answer yet; one that does neither has either answered or never received what was sent. Thread-safe.
 */
final class Doubt {
    private final OptionalLong id;
    private final long since;
    private final AtomicReference<@Nullable Word> word = new AtomicReference<>();

    /**
     * What the server said.
     *
     * @param holds whether it holds a command back
     * @param received how many bytes of a command it has whose end has not come
     * @param grewAt when it was asked first that had so many
     */
    private record Word(long askedAt, boolean holds, long received, long grewAt) {}

    /**
     * Nothing is known yet.
     *
     * @param id of the connection, by which its server calls it; empty if it is not known
     * @param since when it has been silent
     */
    Doubt(OptionalLong id, long since) {
        this.id = id;
        this.since = since;
    }

    OptionalLong id() {
        return id;
    }

    /** Returns whether it is about the silence since then. */
    boolean since(long then) {
        return since == then;
    }

    /**
     * The server was asked then, and says this.
     *
     * @param client what it says of the connection, as CLIENT LIST has it; empty if it does not know it, or does not tell
     */
    void answered(long askedAt, Map<String, String> client) {
        boolean holds = client.getOrDefault("flags", "").contains("b");
        long received = bytes(client.getOrDefault("qbuf", "0"));
        Word unused = word.updateAndGet(last -> {
            if (last != null && last.askedAt() - askedAt > 0) {
                return last;
            }
            long grewAt = last != null && last.received() == received ? last.grewAt() : askedAt;
            return new Word(askedAt, holds, received, grewAt);
        });
    }

    private static long bytes(String number) {
        try {
            return Long.parseLong(number);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Returns whether the server was asked, and has answered, later than so long before now. */
    boolean answeredWithin(long time, long now) {
        Word last = word.get();
        return last != null && now - last.askedAt() < time;
    }

    /** Returns whether the server has said anything of it. */
    boolean answered() {
        return word.get() != null;
    }

    /**
     * Returns whether the server holds a command of it back, or is receiving one.
     *
     * @param patience how long no byte more may come of what it is receiving
     */
    boolean busy(long patience) {
        Word last = word.get();
        return last != null && (last.holds() || (last.received() > 0 && last.askedAt() - last.grewAt() < patience));
    }
}
