package dev.hastack.redis.queue;

import io.lettuce.core.StreamMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A job as it came to this consumer.
 *
 * @param entry its id in the stream
 * @param former whom it was claimed from, or empty
 */
record Delivery(String entry, Job job, String former) {

    /** Fields are known by their order. */
    static Delivery read(StreamMessage<String, String> message) {
        List<String> values = new ArrayList<>(message.getBody().values());
        return of(message.getId(), "", 1, values.get(0), values.get(1), values.get(2), values.get(3));
    }

    /** @param claimed what claim.lua says of one */
    static Delivery claimed(List<?> claimed) {
        List<?> fields = (List<?>) claimed.get(3);
        return of(
                (String) claimed.get(0),
                (String) claimed.get(1),
                ((Long) claimed.get(2)).intValue(),
                (String) fields.get(1),
                (String) fields.get(3),
                (String) fields.get(5),
                (String) fields.get(7));
    }

    private static Delivery of(
            String entry, String former, int deliveries, String key, String payload, String attempts, String at) {
        Instant enqueuedAt = Instant.ofEpochMilli(Long.parseLong(at));
        return new Delivery(entry, new Job(key, payload, Integer.parseInt(attempts) + deliveries, enqueuedAt), former);
    }
}
