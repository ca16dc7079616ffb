package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NodeInfoTest {
    @Test
    void counts_the_replicas_that_are_in_touch() {
        String info = String.join(
                "\r\n",
                "role:master",
                "connected_slaves:4",
                "slave0:ip=127.0.0.1,port=6380,state=online,offset=100,lag=0",
                "slave1:ip=127.0.0.1,port=6381,state=online,offset=90,lag=1",
                "slave2:ip=127.0.0.1,port=6382,state=online,offset=10,lag=12",
                "slave3:ip=127.0.0.1,port=6383,state=wait_bgsave,offset=0,lag=0");
        assertThat(InTouch.of(info).count()).isEqualTo(2);
        assertThat(InTouch.of(info).having(95)).isEqualTo(1);
        assertThat(InTouch.of("role:master\r\nconnected_slaves:0\r\n").count()).isZero();
    }

    @Test
    void counts_the_replicas_that_newer_servers_say_more_of() {
        String info = String.join(
                "\r\n",
                "role:master",
                "connected_slaves:3",
                "slave0:ip=172.19.0.3,port=6379,state=online,offset=14,lag=0,io-thread=0",
                "slave1:ip=172.19.0.7,port=6379,state=online,offset=108,lag=1,type=replica",
                "slave2:ip=172.19.0.8,port=6379,state=online,offset=10,lag=11,io-thread=1");
        assertThat(InTouch.of(info).count()).isEqualTo(2);
    }

    @Test
    void a_replica_has_data_once_it_was_in_touch_with_a_primary() {
        assertThat(NodeInfo.of(replica("down", 1, "-1")).synced())
                .as("never in touch")
                .isFalse();
        assertThat(NodeInfo.of(replica("down", 0, "3")).synced())
                .as("its primary never wrote")
                .isTrue();
        assertThat(NodeInfo.of(replica("down", 50, "-1")).synced())
                .as("loaded from disk, or a primary before")
                .isTrue();
        assertThat(NodeInfo.of("role:slave\r\nmaster_link_status:up\r\nslave_repl_offset:0")
                        .synced())
                .as("in touch")
                .isTrue();
    }

    private static String replica(String link, int offset, String downSince) {
        return "role:slave\r\nmaster_link_status:" + link + "\r\nslave_repl_offset:" + offset
                + "\r\nmaster_link_down_since_seconds:" + downSince;
    }
}
