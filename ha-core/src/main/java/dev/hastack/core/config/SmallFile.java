package dev.hastack.core.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads text in UTF-8 of which there is little, and nothing that never ends: a pipe, a device, gigabytes. */
final class SmallFile {
    /** Of configuration; its thousands of lines take a tenth. */
    static final int CONFIGURATION = 1 << 20;

    /** Of a secret; a long chain of certificates would fit in. */
    static final int SECRET = 1 << 16;

    private SmallFile() {}

    /** Without the mark by which some editors begin a file. */
    static String read(Path file, int most) throws IOException {
        check(file);
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, most);
        }
    }

    static String read(InputStream in, int most) throws IOException {
        byte[] bytes = in.readNBytes(most + 1);
        if (bytes.length > most) {
            throw new Unfit("it is larger than " + new DataSize(most));
        }
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        // Of UTF-16 without its mark every other byte is one: as UTF-8 it has no key, and no fault.
        if (text.indexOf('\0') >= 0) {
            throw new Unfit("it is not in UTF-8, since it holds NUL bytes; save it as UTF-8");
        }
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** @throws IOException if it is none that can be read, or one that never ends; {@link #reason} says why */
    static void check(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new Unfit("it is a directory");
        } else if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new Unfit("it is a pipe, a device or the like");
        } else if (Files.exists(file) && !Files.isReadable(file)) {
            throw new AccessDeniedException(file.toString());
        } else if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
    }

    /** In words: the exceptions of files say little or nothing but the name. */
    static String reason(Exception e) {
        if (e instanceof Unfit) {
            return String.valueOf(e.getMessage());
        } else if (e instanceof NoSuchFileException) {
            return "there is none";
        } else if (e instanceof AccessDeniedException) {
            return "access to it is denied";
        } else if (e instanceof InvalidPathException) {
            return "that is no path";
        }
        return e instanceof CharacterCodingException ? "it is not in UTF-8" : "it cannot be read to its end";
    }

    private static final class Unfit extends IOException {
        private static final long serialVersionUID = 1;

        private Unfit(String reason) {
            super(reason);
        }
    }
}
