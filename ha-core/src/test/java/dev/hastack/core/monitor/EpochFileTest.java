package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.topology.KnownEpoch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
        keeping.join(60_000);
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
    void an_epoch_that_was_given_up_is_replaced_but_not_a_greater_one() throws Exception {
        keep("S1", 7, "S1 7");
        giveUp(7, Optional.of(new KnownEpoch("S1", 6, Optional.of("5@0/300"))));
        assertThat(file().read()).contains(new KnownEpoch("S1", 6, Optional.of("5@0/300")));
        keep("S1", 8, "S1 8");
        giveUp(7, Optional.of(new KnownEpoch("S1", 6)));
        assertThat(file().read()).as("another process knows better").contains(new KnownEpoch("S1", 8));
        giveUp(8, Optional.empty());
        assertThat(file().read()).isEmpty();
    }

    private void giveUp(long abandoned, Optional<KnownEpoch> next) throws Exception {
        Thread giving = file().giveUp(new KnownEpoch("S1", abandoned), next);
        giving.join(60_000);
        assertThat(giving.isAlive()).as("still giving up after 10 s").isFalse();
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
