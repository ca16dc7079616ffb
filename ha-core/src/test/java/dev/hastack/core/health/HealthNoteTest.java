package dev.hastack.core.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HealthNoteTest {

    @ParameterizedTest
    @EnumSource(HealthCode.class)
    void of_ha_stack_has_the_code_and_severity_of_its_kind_and_ends_as_a_sentence(HealthCode code) {
        HealthNote note = HealthNote.of(code, "It is so");

        assertThat(note.code()).isEqualTo(code.code()).matches("[a-z]+(-[a-z]+)*");
        assertThat(note.severity()).isEqualTo(code.severity());
        assertThat(note.text()).isEqualTo("It is so.");
    }

    @Test
    void of_a_program_has_what_it_says() {
        assertThat(HealthNote.warning("cache-size", "The cache is full."))
                .isEqualTo(HealthNote.warning("cache-size", "The cache is full."))
                .isNotEqualTo(HealthNote.error("cache-size", "The cache is full."))
                .hasToString("WARNING cache-size: The cache is full.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Cache", "cache size", "cache_size", "-cache", "cache-", "cache--size", "1-cache"})
    void with_a_code_that_is_not_kebab_case_is_refused(String code) {
        assertThatThrownBy(() -> HealthNote.info(code, "The cache is full."))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the code of a note is \"" + code + "\", which is not in kebab case: give lower-case words"
                        + " joined by hyphens, such as \"cache-size\"");
    }

    @Test
    void without_a_text_is_refused() {
        assertThatThrownBy(() -> HealthNote.info("cache-size", " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the text of the note cache-size is blank: give a whole sentence");
    }
}
