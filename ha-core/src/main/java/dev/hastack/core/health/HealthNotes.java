package dev.hastack.core.health;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The notes that others than a store itself add to its health. Used by store modules. Thread-safe. */
public final class HealthNotes {
    private final List<Registered> all = new CopyOnWriteArrayList<>();

    /**
     * Adds a supplier, until its registration is closed. Suppliers may share a name: each speaks for itself, and
     * closing one leaves the others. One that throws an exception or returns null costs its own notes alone; a note
     * with the code {@code note-failed} says so in their place.
     *
     * @param name what the notes are about; the order of notes goes by it
     * @param notes is called at each look at health, by the thread that looks; must not block
     */
    public NoteRegistration add(String name, Supplier<List<HealthNote>> notes) {
        Registered added = new Registered(
                Objects.requireNonNull(name, "the name of notes is null: name what they are about"),
                Objects.requireNonNull(notes, () -> "the supplier of the notes \"" + name + "\" is null"));
        all.add(added);
        return () -> all.remove(added);
    }

    /** Returns this health with the notes of all suppliers after its own, in the order of their names. */
    public StoreHealth addedTo(StoreHealth health) {
        return StoreHealth.of(
                health.store(),
                health.health(),
                health.summary(),
                Stream.concat(
                                health.notes().stream(),
                                all.stream()
                                        .sorted(Comparator.comparing(registered -> registered.name))
                                        .flatMap(registered -> registered.ask().stream()))
                        .toList(),
                health.nodes());
    }

    /** Each is another one, though name and supplier may be the same: no record. */
    private static final class Registered {
        private final String name;
        private final Supplier<List<HealthNote>> notes;

        Registered(String name, Supplier<List<HealthNote>> notes) {
            this.name = name;
            this.notes = notes;
        }

        /** Catches errors, too: one of linkage, say, is no reason to know nothing of the stores. */
        @SuppressWarnings("CatchThrowable")
        List<HealthNote> ask() {
            try {
                return List.copyOf(Objects.requireNonNull(notes.get(), "it returned null"));
            } catch (Throwable e) {
                return List.of(
                        HealthNote.of(HealthCode.NOTE_FAILED, "The notes \"" + name + "\" could not be made: " + e));
            }
        }
    }
}
