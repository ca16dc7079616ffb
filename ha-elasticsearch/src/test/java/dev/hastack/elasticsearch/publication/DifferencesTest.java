package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.config.ElasticsearchConfig;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DifferencesTest {
    private static final String SETTINGS = """
            "index.number_of_shards": "1", "index.number_of_replicas": "1", "index.refresh_interval": "1s\"""";

    private static Wanted wanted(String mapping, String settings) {
        return Wanted.of(
                "news",
                new ElasticsearchConfig.Publication(
                        ElasticsearchConfig.Layout.OWN,
                        1,
                        1,
                        Optional.of(mapping),
                        Optional.of(settings),
                        Duration.ofSeconds(1),
                        1));
    }

    private static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }

    private static List<String> mapping(String wanted, String existing) {
        return Differences.between(
                wanted(wanted, "{}"), json("{\"settings\": {" + SETTINGS + "}, \"mappings\": " + existing + "}"));
    }

    private static List<String> settings(String wanted, String existing) {
        return Differences.between(wanted("{}", wanted), json("{\"settings\": {" + existing + "}, \"mappings\": {}}"));
    }

    @Test
    void what_exists_beyond_what_is_wanted_is_right() {
        assertThat(
                        mapping(
                                "{\"properties\": {\"a\": {\"type\": \"keyword\"}}}",
                                "{\"_meta\": {\"x\": 1}, \"properties\": {\"a\": {\"type\": \"keyword\", \"ignore_above\": 9}, \"b\": {\"type\": \"date\"}}}"))
                .isEmpty();
        assertThat(settings("{}", SETTINGS.replace("replicas\": \"1", "replicas\": \"2") + ", \"index.uuid\": \"x\""))
                .isEmpty();
    }

    @Test
    void defaults_that_elasticsearch_does_not_show_are_no_difference() {
        assertThat(mapping("""
                        {"dynamic": true, "properties": {
                          "a": {"type": "keyword", "index": true, "doc_values": true, "store": false},
                          "o": {"type": "object", "properties": {"d": {"type": "date"}}}}}""", """
                        {"properties": {
                          "a": {"type": "keyword"},
                          "o": {"properties": {"d": {"type": "date"}}}}}""")).isEmpty();
    }

    @Test
    void all_differences_of_a_mapping_are_told_with_their_paths() {
        assertThat(mapping("""
                        {"dynamic": "strict", "properties": {
                          "a": {"type": "keyword", "ignore_above": 256},
                          "b": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
                          "o": {"properties": {"d": {"type": "date", "format": "epoch_millis"}, "e": {"type": "long"}}}}}""", """
                        {"properties": {
                          "a": {"type": "keyword", "index": false},
                          "b": {"type": "text"},
                          "o": {"properties": {"d": {"type": "date"}}}}}"""))
                .containsExactlyInAnyOrder(
                        "mapping.dynamic: expected strict, found true",
                        "mapping.properties.a.ignore_above: expected 256, found nothing",
                        "mapping.properties.a.index: expected true (the default), found false",
                        "mapping.properties.b.fields.raw: expected a field of type keyword, found none",
                        "mapping.properties.o.properties.d.format: expected epoch_millis, found"
                                + " strict_date_optional_time||epoch_millis",
                        "mapping.properties.o.properties.e: expected a field of type long, found none");
    }

    @ParameterizedTest
    @CsvSource({"1s, 1000ms", "60s, 1m", "24h, 1d"})
    void times_may_be_written_in_several_ways(String wanted, String shown) {
        assertThat(settings(
                        "{\"search.idle.after\": \"" + wanted + "\"}",
                        SETTINGS + ", \"index.search.idle.after\": \"" + shown + "\""))
                .isEmpty();
    }

    @Test
    void all_differences_of_settings_are_told() {
        assertThat(
                        settings(
                                "{\"index\": {\"max_result_window\": 20000}}",
                                "\"index.number_of_shards\": \"2\", \"index.number_of_replicas\": \"0\", \"index.refresh_interval\": \"5s\""))
                .containsExactlyInAnyOrder(
                        "settings.index.max_result_window: expected 20000, found nothing",
                        "settings.index.number_of_replicas: expected 1 or more, found 0",
                        "settings.index.number_of_shards: expected 1, found 2",
                        "settings.index.refresh_interval: expected 1000ms, found 5s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "nowhere.json", "classpath:nowhere.json", "{\"mappings\": {}}"})
    void a_mapping_that_cannot_be_read_is_named(String mapping) {
        assertThatThrownBy(() -> wanted(mapping, "{}"))
                .isInstanceOf(PublicationException.class)
                .hasMessageContaining("publication 'news': mapping")
                .hasMessageContaining("expected");
    }
}
