package dev.hastack.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PortsTest {
    private static final int MANY = 1000;

    @Test
    void no_two_jvms_give_out_the_same_port() throws Exception {
        Process other =
                ChildJvm.start(ChildJvm.classPathWithoutJUnit(), PortsMain.class.getName(), Integer.toString(MANY));
        try (BufferedReader lines = other.inputReader(StandardCharsets.UTF_8)) {
            List<Integer> theirs =
                    lines.lines().limit(MANY).map(Integer::valueOf).toList();
            List<Integer> ours = Stream.generate(Ports::free).limit(MANY).toList();

            assertThat(theirs).hasSize(MANY);
            assertThat(ours).doesNotHaveDuplicates().doesNotContainAnyElementsOf(theirs);
        } finally {
            other.destroyForcibly();
        }
    }
}
