package dev.hastack.redis.queue;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.api.sync.RedisScriptingCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Lua that Redis runs as one step. It is sent by its digest, and in full to a server that does not know it: one that was
 * just promoted, or has been restarted. All keys of a queue are of one slot, so that Redis Cluster can run it, too.
 */
enum Script {
    ENQUEUE,
    COMPLETE,
    AGAIN,
    BURY,
    DUE,
    CLAIM,
    RENEW,
    LEAVE;

    private final String text = resource("common") + resource(name().toLowerCase(Locale.ROOT));
    private final String digest = digest(text);

    long number(RedisScriptingCommands<String, String> redis, Keys keys, String... values) {
        return (Long) run(redis, ScriptOutputType.INTEGER, keys, values);
    }

    List<?> list(RedisScriptingCommands<String, String> redis, Keys keys, String... values) {
        return (List<?>) run(redis, ScriptOutputType.MULTI, keys, values);
    }

    private Object run(
            RedisScriptingCommands<String, String> redis, ScriptOutputType type, Keys keys, String... values) {
        try {
            return redis.evalsha(digest, type, keys.all(), values);
        } catch (RedisNoScriptException e) {
            return redis.eval(text, type, keys.all(), values);
        }
    }

    CompletionStage<Long> number(RedisScriptingAsyncCommands<String, String> redis, Keys keys, String... values) {
        CompletionStage<Long> known = redis.evalsha(digest, ScriptOutputType.INTEGER, keys.all(), values);
        return known.handle((number, error) -> {
                    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
                    if (cause instanceof RedisNoScriptException) {
                        return redis.<Long>eval(text, ScriptOutputType.INTEGER, keys.all(), values);
                    }
                    return cause == null
                            ? CompletableFuture.completedFuture(number)
                            : CompletableFuture.<Long>failedFuture(cause);
                })
                .thenCompose(stage -> stage);
    }

    private static String resource(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException(name + ".lua is not on the class path beside " + Script.class);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
