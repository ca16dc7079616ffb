package dev.hastack.core.health;

/** Keeps the notes of one supplier in the health of a store until it is closed. Thread-safe. */
public interface NoteRegistration extends AutoCloseable {

    /** Takes away the notes of this supplier alone, whatever others are named; does nothing when called again. */
    @Override
    void close();
}
