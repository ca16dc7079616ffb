package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
    private static Object parse(String text, Class<?> type) {
        return Values.parse(text, new Shape.Leaf(type, false, 5432, java.util.Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "10s,PT10S", "5m,PT5M", "2h,PT2H", "1d,PT24H", "0s,PT0S", "1500ms,PT1.5S"})
    void reads_durations(String text, Duration expected) {
        assertThat(parse(text, Duration.class)).isEqualTo(expected);
        assertThat(Durations.parse(Durations.format(expected))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10|expected a unit after the number: 10ms, 10s or 10m, say",
                "10 s|expected a duration: a whole number and ms, s, m, h or d",
                "-1s|expected a duration: a whole number and ms, s, m, h or d",
                "1.5s|expected a duration: a whole number and ms, s, m, h or d",
                "PT1S|expected a duration: a whole number and ms, s, m, h or d",
                "''|expected a duration: a whole number and ms, s, m, h or d",
            })
    void refuses_other_durations(String text, String message) {
        assertThatThrownBy(() -> parse(text, Duration.class)).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({"0B,0", "512B,512", "64KiB,65536", "5MiB,5242880", "1GiB,1073741824"})
    void reads_sizes(String text, long bytes) {
        assertThat(parse(text, DataSize.class)).isEqualTo(new DataSize(bytes)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "5MB", "5 MiB", "-5MiB", "1TiB", "99999999999999999GiB"})
    void refuses_other_sizes(String text) {
        assertThatThrownBy(() -> parse(text, DataSize.class)).hasMessageStartingWith("expected a size");
    }

    @ParameterizedTest
    @CsvSource({
        "pg-main:6432,pg-main,6432,pg-main:6432",
        "pg-main,pg-main,5432,pg-main:5432",
        "10.0.0.1:1,10.0.0.1,1,10.0.0.1:1",
        "[2001:db8::1]:6432,2001:db8::1,6432,[2001:db8::1]:6432",
        "[::1],::1,5432,[::1]:5432",
        "[fe80::1%eth0]:1,fe80::1%eth0,1,[fe80::1%eth0]:1"
    })
    void reads_addresses(String text, String host, int port, String shown) {
        assertThat(parse(text, Address.class))
                .isEqualTo(new Address(host, port))
                .hasToString(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "pg-main:,expected host:port",
        "pg-main:0,expected a port from 1 to 65535",
        "pg-main:65536,expected a port from 1 to 65535",
        "pg-main:port,expected host:port",
        "'a:1,b:2','expected host:port, with an IPv6 address in brackets: [2001:db8::1]:5432'",
        "::1,'expected host:port, with an IPv6 address in brackets: [2001:db8::1]:5432'",
        "user@host,expected host:port",
        "'',expected host:port",
        "[host]:1,expected host:port"
    })
    void refuses_other_addresses(String text, String message) {
        assertThatThrownBy(() -> parse(text, Address.class)).hasMessage(message);
    }

    @Test
    void reads_constants_in_lower_case() {
        assertThat(parse("any", ReadPreference.class)).isEqualTo(ReadPreference.ANY);
        assertThatThrownBy(() -> parse("secondary", ReadPreference.class))
                .hasMessage("expected one of replica, primary, any");
    }

    @Test
    void takes_nothing_but_true_and_false_for_a_boolean() {
        assertThat(parse("false", boolean.class)).isEqualTo(false);
        assertThatThrownBy(() -> parse("yes", boolean.class)).hasMessage("expected true or false");
    }
}
