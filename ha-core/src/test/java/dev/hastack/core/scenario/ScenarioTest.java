package dev.hastack.core.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs every scenario file. */
class ScenarioTest {
    private static final Path ROOT = Path.of("src/test/resources/scenarios");

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void runs(Path file) {
        Fields fields = read(file);
        switch (folder(file)) {
            case "reducer" -> ReducerScenario.run(fields);
            case "selection" -> SelectionScenario.run(fields);
            case "staleness" -> StalenessScenario.run(fields);
            case "balance" -> BalanceScenario.run(fields);
            default -> throw new AssertionError("no runner for " + file);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("templates")
    void runs_each_kind_of_failure(Path file, Kind kind) {
        ReducerScenario.runTemplate(read(file), kind);
    }

    @Test
    void finds_the_files() {
        assertThat(all()).hasSizeGreaterThan(60);
    }

    static Stream<Path> files() {
        return all().stream().filter(file -> !folder(file).equals("errors"));
    }

    static Stream<Arguments> templates() {
        return all().stream()
                .filter(file -> folder(file).equals("errors"))
                .flatMap(file -> Arrays.stream(Kind.values()).map(kind -> Arguments.of(file, kind)));
    }

    private static List<Path> all() {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(Files::isRegularFile)
                    .map(ROOT::relativize)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String folder(Path file) {
        return file.getName(0).toString();
    }

    private static Fields read(Path file) {
        try {
            return Fields.parse(file.toString(), Files.readString(ROOT.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
