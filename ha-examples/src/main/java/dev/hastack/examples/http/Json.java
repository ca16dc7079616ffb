package dev.hastack.examples.http;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import org.jspecify.annotations.Nullable;

/** JSON, to and from records, lists and maps. */
public final class Json {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private Json() {}

    /** This value as JSON, on one line. */
    public static String write(Object value) {
        return GSON.toJson(value);
    }

    /**
     * The value that this JSON says; fields that it does not name are null or 0.
     *
     * @throws IllegalArgumentException when it is no JSON, or of another shape
     */
    public static <T> T read(String json, Class<T> type) {
        try {
            @Nullable T value = GSON.fromJson(json, type);
            if (value == null) {
                throw new IllegalArgumentException("it is empty, and a JSON object was expected");
            }
            return value;
        } catch (JsonParseException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        }
    }
}
