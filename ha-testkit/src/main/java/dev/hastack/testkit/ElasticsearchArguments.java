package dev.hastack.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;

/**
 * What the server process of Elasticsearch reads from its input: what {@code bin/elasticsearch} would send it.
 *
 * <p>That launcher is a JVM of its own, which starts one more to ask for flags, and stays; without it a node takes less
 * time to start, and is one process. The format is the one of {@link ElasticsearchBinaries#VERSION}: {@code
 * org.elasticsearch.bootstrap.ServerArgs}.
 *
 * @param settings all of elasticsearch.yml, which the server itself does not read; lists separated by commas
 * @param secrets what would be in the key store
 * @param configuration the folder of log4j2.properties and of keys
 * @param logs the folder for logs
 */
record ElasticsearchArguments(
        Map<String, String> settings, Map<String, String> secrets, Path configuration, Path logs) {
    private static final int KEY_STORE_FORMAT = 7;
    private static final int TEXT = 0;

    byte[] encoded() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeBoolean(true); // A daemon: it does not end with the input.
            out.writeBoolean(true); // It logs to files alone.
            out.writeBoolean(false); // No file for its process id.
            write(out, "org.elasticsearch.common.settings.KeyStoreWrapper");
            out.writeInt(KEY_STORE_FORMAT);
            out.writeBoolean(false); // No password.
            out.writeBoolean(false); // Nothing encrypted.
            writeLength(out, secrets.size());
            for (var secret : secrets.entrySet()) {
                write(out, secret.getKey());
                byte[] value = secret.getValue().getBytes(StandardCharsets.UTF_8);
                write(out, value);
                write(out, MessageDigest.getInstance("SHA-256").digest(value));
            }
            out.writeBoolean(false); // Not closed.
            writeLength(out, settings.size());
            for (var setting : settings.entrySet()) {
                write(out, setting.getKey());
                out.writeByte(TEXT);
                write(out, setting.getValue());
            }
            write(out, configuration.toString());
            write(out, logs.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to memory", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        return bytes.toByteArray();
    }

    /** Its length is in characters, not bytes. */
    private static void write(DataOutputStream out, String text) throws IOException {
        writeLength(out, text.length());
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        writeLength(out, bytes.length);
        out.write(bytes);
    }

    /** Seven bits a byte, the least first; the eighth bit says that more follow. */
    private static void writeLength(DataOutputStream out, int length) throws IOException {
        int rest = length;
        while (rest > 0x7f) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}
