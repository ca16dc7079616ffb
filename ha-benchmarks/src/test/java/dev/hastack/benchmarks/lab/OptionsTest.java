package dev.hastack.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.benchmarks.lab.elasticsearch.ElasticsearchStore;
import dev.hastack.benchmarks.lab.postgres.PostgresStore;
import dev.hastack.benchmarks.lab.redis.RedisStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void plays_all_there_is_unless_told_otherwise() throws UsageError {
        var selection = Selection.of(new PostgresStore(), Options.parse());

        assertThat(selection.faults()).hasSize(11);
        assertThat(selection.clients()).hasSize(5);
        assertThat(selection.pace().rounds()).isEqualTo(10);
        assertThat(selection.pace().peerRounds()).isEqualTo(3);
        assertThat(selection.pace().patience()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void the_whole_run_takes_less_than_50_minutes() throws UsageError {
        assertThat(Selection.of(new PostgresStore(), Options.parse()).most()).isLessThan(Duration.ofMinutes(50));
    }

    @Test
    void the_whole_run_of_redis_takes_less_than_40_minutes() throws UsageError {
        var selection = Selection.of(new RedisStore(), Options.parse());

        assertThat(selection.most()).isLessThan(Duration.ofMinutes(40));
        assertThat(selection.pace().rounds()).isEqualTo(3);
    }

    @Test
    void the_whole_run_of_elasticsearch_takes_less_than_40_minutes() throws UsageError {
        var selection = Selection.of(new ElasticsearchStore(), Options.parse());

        assertThat(selection.most()).isLessThan(Duration.ofMinutes(40));
        assertThat(selection.clients())
                .extracting(client -> client.id())
                .containsExactly("ha-stack", "rest-client-default", "rest-client-finite", "rest-client-sniffer");
    }

    @Test
    void plays_what_is_named() throws UsageError {
        Options options = Options.parse("--fault", "hung,killed", "--client=ha-stack", "--rounds", "2");
        var selection = Selection.of(new PostgresStore(), options);

        assertThat(selection.faults()).extracting(fault -> fault.id()).containsExactly("killed", "hung");
        assertThat(selection.clients()).extracting(client -> client.id()).containsExactly("ha-stack");
        assertThat(selection.pace().rounds()).isEqualTo(2);
    }

    @Test
    void the_order_of_clients_alternates_and_peers_play_fewer_rounds() throws UsageError {
        Options options = Options.parse("--client", "ha-stack,spring-lazy", "--peer-rounds", "2");
        var selection = Selection.of(new PostgresStore(), options);

        assertThat(selection.order(1)).extracting(client -> client.id()).containsExactly("spring-lazy", "ha-stack");
        assertThat(selection.order(2)).extracting(client -> client.id()).containsExactly("ha-stack", "spring-lazy");
        assertThat(selection.order(3)).extracting(client -> client.id()).containsExactly("ha-stack");
    }

    @Test
    void says_what_is_wrong_and_what_there_is() {
        assertThatThrownBy(() -> Options.parse("--rounds", "0"))
                .hasMessage("--rounds must be a number from 1 to 1000; it is \"0\"");
        assertThatThrownBy(() -> Options.parse("--patience", "--rounds"))
                .hasMessage("--patience needs a number after it");
        assertThatThrownBy(() -> Options.parse("--speed")).hasMessage("there is no option \"--speed\"");
        assertThatThrownBy(() -> Options.parse("--write", "no/such.md"))
                .hasMessage("--write must name a document that exists; it is \"no/such.md\"");
        assertThatThrownBy(() -> Selection.of(new PostgresStore(), Options.parse("--client", "ha-stack,c3p0")))
                .hasMessage("--client knows no \"c3p0\"; there are ha-stack, hikari-default, hikari-tuned, aws-wrapper,"
                        + " spring-lazy");
    }
}
