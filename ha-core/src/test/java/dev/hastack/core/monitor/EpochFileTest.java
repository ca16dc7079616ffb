package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.topology.KnownEpoch;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochFileTest {
    @TempDir
    Path folder;

    private EpochFile file() {
        return new EpochFile("fake", folder.resolve("epoch"));
    }

    private void keep(String identity, long epoch, String expected) throws Exception {
        Thread keeping = file().keep(new KnownEpoch(identity, epoch));
        keeping.join(10_000);
        assertThat(keeping.isAlive()).as("still keeping after 10 s").isFalse();
        assertThat(Files.readString(folder.resolve("epoch"))).isEqualTo(expected + "\n");
    }

    @Test
    void the_next_process_finds_the_greatest_epoch() throws Exception {
        assertThat(file().read()).isEmpty();
        keep("S1", 7, "S1 7");
        assertThat(file().read()).contains(new KnownEpoch("S1", 7));
        keep("S1", 8, "S1 8");
        keep("S1", 6, "S1 8");
        keep("S1", 9, "S1 9");
        assertThat(file().read()).contains(new KnownEpoch("S1", 9));
    }

    @Test
    void another_cluster_replaces_it() throws Exception {
        keep("S1", 7, "S1 7");
        keep("S2", 1, "S2 1");
    }

    @Test
    void a_broken_file_is_told_with_its_place_and_the_way_out() throws Exception {
        Files.writeString(folder.resolve("epoch"), "seven");
        assertThatThrownBy(() -> file().read())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ha.fake.epoch-file = \"" + folder.resolve("epoch"))
                .hasMessageContaining("expected one line, \"<identity> <epoch>\", but found \"seven\"")
                .hasMessageContaining("delete the file");
    }

    @Test
    void a_folder_that_is_not_there_is_told_at_the_start() {
        assertThatThrownBy(() -> new EpochFile("fake", folder.resolve("absent/epoch")).read())
                .hasMessageContaining("expected a file in a folder that exists and can be written");
    }
}
