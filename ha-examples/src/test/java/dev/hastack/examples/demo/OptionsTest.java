package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    @Test
    void plays_every_scene_for_ten_seconds_by_default() throws UsageError {
        assertThat(Options.parse())
                .isEqualTo(new Options(
                        false, false, List.of(Scene.values()), Duration.ofSeconds(10), Optional.empty(), false, false));
    }

    @Test
    void takes_scenes_seconds_and_a_file(@TempDir Path directory) throws UsageError {
        String file = directory.resolve("out.json").toString();

        Options options =
                Options.parse("--scene", "replica-killed", "--scene=steady", "--seconds", "3", "--json", file);

        assertThat(options.scenes()).containsExactly(Scene.REPLICA_KILLED, Scene.STEADY);
        assertThat(options.load()).isEqualTo(Duration.ofSeconds(3));
        assertThat(options.json()).contains(Path.of(file));
    }

    @Test
    void names_the_scenes_when_there_is_no_such_scene() {
        assertThatThrownBy(() -> Options.parse("--scene", "flood"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("\"flood\"")
                .hasMessageContaining("steady, replica-lags, replica-killed, switchover, primary-killed");
    }

    @Test
    void takes_several_scenes_with_commas_between_them() throws UsageError {
        assertThat(Options.parse("--scene", "switchover,steady", "--scene=replica-lags, steady")
                        .scenes())
                .containsExactly(Scene.SWITCHOVER, Scene.STEADY, Scene.REPLICA_LAGS, Scene.STEADY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"steady,flood", "flood,steady", "steady,", ",steady", "steady,,switchover"})
    void one_name_that_is_none_among_several_is_an_error_that_lists_the_names(String names) {
        assertThatThrownBy(() -> Options.parse("--scene", names))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("there is no scene \"" + (names.contains("flood") ? "flood" : "") + "\"")
                .hasMessageContaining(Scene.names());
    }

    @Test
    void lists_every_scene_in_a_line_of_its_own() throws UsageError {
        assertThat(Options.parse("--list").list()).isTrue();
        assertThat(Options.listing().lines())
                .hasSize(Scene.values().length)
                .contains("steady               nothing breaks: the measure of all that follows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "2", "601", "-5", "ten", "3.5"})
    void refuses_seconds_that_are_no_number_from_3_to_600(String seconds) {
        assertThatThrownBy(() -> Options.parse("--seconds", seconds))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("from 3 to 600")
                .hasMessageContaining("\"" + seconds + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--scene", "--seconds", "--json"})
    void says_what_an_option_needs(String option) {
        assertThatThrownBy(() -> Options.parse(option)).hasMessageContaining(option + " needs");
        assertThatThrownBy(() -> Options.parse(option, "--help")).hasMessageContaining(option + " needs");
        assertThatThrownBy(() -> Options.parse(option + "=")).hasMessageContaining(option + " needs");
    }

    @Test
    void refuses_what_it_does_not_know() {
        assertThatThrownBy(() -> Options.parse("--fast")).hasMessageContaining("\"--fast\"");
        assertThatThrownBy(() -> Options.parse("steady")).hasMessageContaining("\"steady\"");
    }

    @Test
    void refuses_a_file_that_it_could_not_write_in_the_end(@TempDir Path directory) {
        assertThatThrownBy(() -> Options.parse("--json", directory.toString())).hasMessageContaining("is a directory");
        assertThatThrownBy(() ->
                        Options.parse("--json", directory.resolve("no/out.json").toString()))
                .hasMessageContaining("there is no directory");
    }

    @Test
    void the_help_names_every_scene_and_option_but_not_the_one_for_tests() {
        assertThat(Options.usage())
                .contains(Arrays.stream(Scene.values()).map(Scene::id).toList())
                .contains("--list", "--seconds", "--json", "--strict", "--help")
                .doesNotContain("sabotage", "%");
    }
}
