package dev.hastack.redis;

import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.api.push.PushMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells a listener what the server pushes, without the key prefix: invalidated keys, and messages. What is about the keys of
 * others alone is not told. Equal if its listener is.
 */
record PrefixedPushes(KeyPrefix prefix, PushListener listener) implements PushListener {
    @Override
    public void onPushMessage(PushMessage message) {
        List<@Nullable Object> content = new ArrayList<>(message.getContent());
        boolean mine = switch (message.getType()) {
            case "invalidate" -> invalidated(content);
            case "message", "smessage", "pmessage" -> message(content);
            case "subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe" -> {
                content.set(1, channel(content.get(1)));
                yield true;
            }
            default -> true;
        };
        if (mine) {
            listener.onPushMessage(new Unprefixed(message.getType(), content));
        }
    }

    /** No list is of a server that has flushed all keys. */
    private boolean invalidated(List<@Nullable Object> content) {
        if (!(content.get(1) instanceof List<?> keys)) {
            return true;
        }
        List<ByteBuffer> own = keys.stream()
                .filter(ByteBuffer.class::isInstance)
                .map(ByteBuffer.class::cast)
                .filter(prefix::owns)
                .map(prefix::without)
                .toList();
        content.set(1, own);
        return !own.isEmpty();
    }

    /** Its type, pattern if it has one, channel, and the message itself. */
    private boolean message(List<@Nullable Object> content) {
        int last = content.size() - 1;
        ByteBuffer channel = (ByteBuffer) content.get(last - 1);
        ByteBuffer body = (ByteBuffer) content.get(last);
        boolean ofKey = channel != null && KeyPrefix.isKeyEvent(channel);
        if (channel == null || body == null || !prefix.owns(ofKey ? body : channel)) {
            return false;
        }
        for (int i = 1; i < last; i++) {
            content.set(i, channel(content.get(i)));
        }
        content.set(last, ofKey ? prefix.without(body) : body);
        return true;
    }

    private @Nullable Object channel(@Nullable Object name) {
        return name instanceof ByteBuffer bytes ? prefix.channelWithout(bytes) : name;
    }

    private record Unprefixed(String type, List<@Nullable Object> content) implements PushMessage {
        @Override
        public String getType() {
            return type;
        }

        @Override
        public List<@Nullable Object> getContent() {
            return decoded(content, ByteBuffer::asReadOnlyBuffer);
        }

        @Override
        public List<@Nullable Object> getContent(Function<ByteBuffer, Object> decode) {
            return decoded(content, bytes -> decode.apply(bytes.duplicate()));
        }

        private static List<@Nullable Object> decoded(List<?> all, Function<ByteBuffer, Object> decode) {
            List<@Nullable Object> decoded = new ArrayList<>(all.size());
            for (Object each : all) {
                decoded.add(
                        each instanceof ByteBuffer bytes
                                ? decode.apply(bytes)
                                : each instanceof List<?> list ? decoded(list, decode) : each);
            }
            return decoded;
        }
    }
}
