package dev.hastack.core.monitor;

import dev.hastack.core.topology.KnownEpoch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the greatest epoch seen for the next process: one line, {@code <identity> <epoch>}, with the epoch's history behind
 * it where that is known. Several processes may share it; a lower epoch of the same cluster replaces a higher one only where
 * that was given up. It is replaced as a whole, so that a crash leaves the
 * old one or the new one. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, PG-33.
 */
final class EpochFile {
    private static final Logger log = LoggerFactory.getLogger(EpochFile.class);

    /** Files are locked between processes; within one that fails, so this goes before. Fair: what came last stays. */
    private static final ReentrantLock LOCK = new ReentrantLock(true);

    private final String store;
    private final Path file;

    EpochFile(String store, Path file) {
        this.store = store;
        this.file = file;
    }

    /**
     * What was kept; empty if the file does not exist.
     *
     * @throws IllegalStateException if it holds something else, or its folder is not there; the message says what to do
     */
    Optional<KnownEpoch> read() {
        try {
            return parse(Files.readString(file));
        } catch (NoSuchFileException e) {
            Path folder = file.toAbsolutePath().getParent();
            if (folder == null || !Files.isWritable(folder)) {
                throw fault("expected a file in a folder that exists and can be written", e);
            }
            return Optional.empty();
        } catch (IOException e) {
            throw fault("expected a readable file", e);
        }
    }

    private Optional<KnownEpoch> parse(String content) {
        String line = content.strip();
        String[] words = line.split(" ", -1);
        try {
            Optional<String> history = words.length > 2 ? Optional.of(words[2]) : Optional.empty();
            return Optional.of(new KnownEpoch(words[0], Long.parseLong(words[1]), history));
        } catch (ArrayIndexOutOfBoundsException | NumberFormatException e) {
            throw fault(
                    "expected one line, \"<identity> <epoch>\", but found \"" + line
                            + "\"; correct it, or delete the file to forget the epoch",
                    e);
        }
    }

    private IllegalStateException fault(String expected, Exception cause) {
        return new IllegalStateException(
                "ha." + store + ".epoch-file = \"" + file + "\": " + expected + " (" + cause + ")", cause);
    }

    /**
     * Keeps this epoch, on a thread of its own: epochs rise seldom, and a disk may be slow.
     *
     * @return that thread, running; it ends when the epoch is kept or the failure is logged
     */
    Thread keep(KnownEpoch epoch) {
        return inBackground(() -> write(epoch, kept -> kept.epoch() < epoch.epoch() || completes(kept, epoch)));
    }

    /** Whether the same epoch is known with its history now. */
    private static boolean completes(KnownEpoch kept, KnownEpoch epoch) {
        return kept.epoch() == epoch.epoch()
                && epoch.history().isPresent()
                && !kept.history().equals(epoch.history());
    }

    /**
     * Keeps this epoch in place of a greater one that was given up, but not of one that is greater still; runs as {@link
     * #keep} does.
     *
     * @param next empty if there is none to keep
     */
    Thread giveUp(KnownEpoch abandoned, Optional<KnownEpoch> next) {
        return inBackground(() -> {
            if (next.isPresent()) {
                write(next.get(), kept -> kept.epoch() <= abandoned.epoch());
            } else {
                remove(abandoned);
            }
        });
    }

    private Thread inBackground(Runnable work) {
        Thread thread = new Thread(work, "ha-" + store + "-all-epoch-file");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void write(KnownEpoch epoch, Predicate<KnownEpoch> yields) {
        locked("epoch " + epoch.epoch() + " could not be kept", kept -> {
            if (kept.filter(k -> k.identity().equals(epoch.identity()) && !yields.test(k))
                    .isEmpty()) {
                replace(epoch.identity() + " " + epoch.epoch()
                        + epoch.history().map(history -> " " + history).orElse("") + "\n");
            }
        });
    }

    private void remove(KnownEpoch abandoned) {
        locked("epoch " + abandoned.epoch() + " could not be forgotten", kept -> {
            if (kept.filter(k -> k.identity().equals(abandoned.identity()) && k.epoch() <= abandoned.epoch())
                    .isPresent()) {
                Files.deleteIfExists(file);
            }
        });
    }

    private interface Work {
        void on(Optional<KnownEpoch> kept) throws IOException;
    }

    private void locked(String failure, Work work) {
        LOCK.lock();
        try (FileChannel guard = FileChannel.open(
                        file.resolveSibling(file.getFileName() + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock held = guard.lock()) {
            log.trace("{} is held", held);
            Optional<KnownEpoch> kept = Files.exists(file) ? parse(Files.readString(file)) : Optional.empty();
            work.on(kept);
        } catch (IOException | IllegalStateException e) {
            log.atWarn().setCause(e).addKeyValue("store", store).log("{}: {} in {}", store, failure, file);
        } finally {
            LOCK.unlock();
        }
    }

    /** With the rights that the file had, or that the process gives to new ones: others may have to read it. */
    private void replace(String content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
            while (bytes.hasRemaining()) {
                int unused = channel.write(bytes);
            }
            channel.force(true);
        }
        if (Files.exists(file) && Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(file));
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
