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
        assertThat(NodeInfo.inTouch(info)).isEqualTo(2);
        assertThat(NodeInfo.inTouch("role:master\r\nconnected_slaves:0\r\n")).isZero();
    }
}
