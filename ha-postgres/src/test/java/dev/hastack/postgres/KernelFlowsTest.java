package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What Linux says of connections, as it says it on a machine whose numbers begin with the lowest byte. */
class KernelFlowsTest {
    private static final String REST = " 0 12345 1 0000000000000000 20 4 30 10 -1";

    private static Map<KernelFlows.Flow, Integer> unanswered(String... lines) throws Exception {
        assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
        Map<KernelFlows.Flow, Integer> unanswered = new HashMap<>();
        for (String line : lines) {
            KernelFlows.note(line, Set.of(0xAE5C), unanswered);
        }
        return unanswered;
    }

    private static KernelFlows.Flow flow(String local, String remote) {
        return new KernelFlows.Flow(new InetSocketAddress(local, 0xAE5C), new InetSocketAddress(remote, 5555));
    }

    @Test
    void counts_what_was_sent_again_for_want_of_an_acknowledgement() throws Exception {
        assertThat(unanswered(
                        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
                        "   1: 0100007F:AE5C 0200007F:15B3 01 00000064:00000000 01:00000046 0000000B     0        0"
                                + REST))
                .containsOnly(Map.entry(flow("127.0.0.1", "127.0.0.2"), 11));
    }

    @Test
    void counts_questions_of_keep_alive() throws Exception {
        assertThat(unanswered(
                        "   1: 0100007F:AE5C 0100007F:15B3 01 00000000:00000000 02:0000001E 00000000     0        2"
                                + REST))
                .containsOnly(Map.entry(flow("127.0.0.1", "127.0.0.1"), 2));
    }

    @Test
    void reads_both_families() throws Exception {
        assertThat(unanswered(
                        "   1: 0000000000000000FFFF00000100007F:AE5C 0000000000000000FFFF00000200007F:15B3 01 00000064:00000000"
                                + " 01:00000046 00000002     0        0" + REST,
                        "   2: 000080FE000000000000000001000000:AE5C 000080FE000000000000000002000000:15B3 01 00000064:00000000"
                                + " 01:00000046 00000003     0        0" + REST))
                .containsOnly(Map.entry(flow("127.0.0.1", "127.0.0.2"), 2), Map.entry(flow("fe80::1", "fe80::2"), 3));
    }

    @Test
    void knows_nothing_of_others_nor_of_what_waits_for_room_at_the_other_side() throws Exception {
        assertThat(unanswered(
                        "   1: 0100007F:0050 0100007F:15B3 01 00000064:00000000 01:00000046 00000002     0        0"
                                + REST,
                        "   2: 0100007F:AE5C 0100007F:15B3 01 00000064:00000000 04:00000046 00000000     0        9"
                                + REST,
                        "   3: 0100007F:AE5C 0100007F:15B3 01 00000000:00000000 00:00000000 00000000     0        0"
                                + REST))
                .isEmpty();
    }
}
