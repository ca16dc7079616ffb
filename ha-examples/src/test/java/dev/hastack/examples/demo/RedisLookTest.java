package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RedisLookTest {

    private static final String REPLICA = "# Replication\r\nrole:slave\r\nmaster_link_status:up\r\n";
    private static final String ALONE = "# Replication\r\nrole:master\r\nconnected_slaves:0\r\n";
    private static final String SYNCING =
            "role:master\r\nslave0:ip=127.0.0.1,port=1,state=send_bulk,offset=1,lag=0\r\n";
    private static final String WITH_ONE = "role:master\r\nslave0:ip=127.0.0.1,port=1,state=online,offset=1,lag=0\r\n";
    private static final String WITH_TWO = WITH_ONE + "slave1:ip=127.0.0.1,port=2,state=online,offset=1,lag=0\r\n";

    @Test
    void redis_is_away_while_no_node_is_the_primary() {
        assertThat(look(Map.of("standby", REPLICA, "delivery", REPLICA))).isEqualTo(RedisLook.AWAY);
        assertThat(look(Map.of())).isEqualTo(RedisLook.AWAY);
    }

    @Test
    void redis_is_away_while_its_primary_is_in_touch_with_no_replica() {
        assertThat(look(Map.of("standby", ALONE, "delivery", REPLICA))).isEqualTo(RedisLook.AWAY);
        assertThat(look(Map.of("standby", SYNCING, "delivery", REPLICA))).isEqualTo(RedisLook.AWAY);
    }

    @Test
    void redis_is_whole_once_its_primary_is_in_touch_with_all_that_are_there() {
        assertThat(look(Map.of("standby", WITH_ONE, "delivery", REPLICA))).isEqualTo(RedisLook.WHOLE);
        assertThat(look(Map.of("main", REPLICA, "standby", WITH_TWO, "delivery", REPLICA)))
                .isEqualTo(RedisLook.WHOLE);
    }

    @Test
    void redis_is_incomplete_while_a_replica_is_there_that_its_primary_does_not_name() {
        assertThat(look(Map.of("main", REPLICA, "standby", WITH_ONE, "delivery", REPLICA)))
                .isEqualTo(RedisLook.INCOMPLETE);
    }

    @Test
    void a_former_primary_that_woke_up_is_none_once_another_was_promoted() {
        assertThat(look(Map.of("main", WITH_TWO, "standby", ALONE, "delivery", REPLICA)))
                .isEqualTo(RedisLook.AWAY);
        assertThat(look(Map.of("main", WITH_TWO, "standby", REPLICA, "delivery", REPLICA)))
                .isEqualTo(RedisLook.WHOLE);
    }

    private static RedisLook look(Map<String, String> replication) {
        return RedisLook.of(replication, "main");
    }
}
