package dev.hastack.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LoopbackTest {
    /** Those of the test kit listen at the loopback address alone, which its own tests see to. */
    @Test
    void nothing_listens_but_the_servers_of_the_test_kit() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        ".*\\.((Asynchronous)?Server(Socket|SocketChannel|Bootstrap)|Https?Server|DatagramSocket)")
                .check(new ClassFileImporter().importPath(Path.of("target/classes")));
    }
}
