package dev.hastack.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs {@link HaStackTestIT} on other JUnits; the build puts their console launchers into target/junit. */
@Tag("slow")
@Timeout(600)
class JUnitVersionsIT {
    static Stream<Path> launchers() throws IOException {
        try (var files = Files.list(Path.of("target/junit"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("launchers")
    void shares_heals_and_closes_on(Path launcher) throws Exception {
        var child = ChildJvm.start(
                launcher + File.pathSeparator + ChildJvm.classPathWithoutJUnit(),
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--disable-banner",
                "--select-class=" + HaStackTestIT.class.getName(),
                "--select-class=" + HaStackExtensionIT.class.getName(),
                "--select-class=" + FailingFixture.class.getName());
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(child.waitFor()).as(output).isEqualTo(1);
        assertThat(output).contains("4 tests successful", "1 tests failed", "on purpose");
        assertThat(output).as("logs of the failed test").contains("Logs at the failure of fails()", "== log of main");
        assertThat(output.split("PostgreSQL started", -1))
                .as("one start for all classes")
                .hasSize(2);
    }
}
