package dev.hastack.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HealthNotesTest {
    private static final HealthNote OWN = HealthNote.of(HealthCode.SENTINELS_ANSWERING, "3 of 3 Sentinels answer.");

    private final HealthNotes notes = new HealthNotes();

    private StoreHealth health() {
        return notes.addedTo(StoreHealth.of("store", Health.UP, "up", List.of(OWN), List.of()));
    }

    private static Supplier<List<HealthNote>> says(String text) {
        return () -> List.of(HealthNote.info("mine", text));
    }

    @Test
    void stand_behind_those_of_the_store_in_the_order_of_their_names() {
        try (NoteRegistration b = notes.add("b", says("Second."));
                NoteRegistration a = notes.add("a", says("First."))) {
            assertThat(List.of(a, b)).hasSize(2);
            assertThat(health().describe()).isEqualTo("up; 3 of 3 Sentinels answer. First. Second.");
        }
        assertThat(health().notes()).containsExactly(OWN);
    }

    @Test
    void closing_one_leaves_another_of_the_same_name_alone() {
        Supplier<List<HealthNote>> same = says("Same.");
        NoteRegistration first = notes.add("queue mail", same);
        NoteRegistration second = notes.add("queue mail", same);
        assertThat(health().describe()).endsWith("Same. Same.");
        second.close();
        second.close();
        assertThat(health().describe()).endsWith(" answer. Same.");
        NoteRegistration third = notes.add("queue mail", says("Third."));
        first.close();
        assertThat(health().describe()).endsWith(" answer. Third.");
        third.close();
        assertThat(health().notes()).containsExactly(OWN);
    }

    @Test
    void an_exception_costs_its_own_notes_alone() {
        assertSpoilt(
                () -> {
                    throw new IllegalStateException("oops");
                },
                "java.lang.IllegalStateException: oops");
    }

    @Test
    void an_error_costs_its_own_notes_alone() {
        assertSpoilt(
                () -> {
                    throw new NoClassDefFoundError("gone");
                },
                "java.lang.NoClassDefFoundError: gone");
    }

    @Test
    void null_costs_its_own_notes_alone() {
        assertSpoilt(HealthNotesTest::nothing, "java.lang.NullPointerException: it returned null");
    }

    /** As a program may that does not check for null. */
    @SuppressWarnings({"NullAway", "ReturnMissingNullable"})
    private static List<HealthNote> nothing() {
        @Nullable List<HealthNote> none = null;
        return none;
    }

    private void assertSpoilt(Supplier<List<HealthNote>> broken, String why) {
        try (NoteRegistration one = notes.add("broken", broken);
                NoteRegistration other = notes.add("well", says("Well."))) {
            assertThat(List.of(one, other)).hasSize(2);
            assertThat(health().notes())
                    .containsExactly(
                            OWN,
                            HealthNote.of(
                                    HealthCode.NOTE_FAILED, "The notes \"broken\" could not be made: " + why + "."),
                            HealthNote.info("mine", "Well."));
        }
    }
}
