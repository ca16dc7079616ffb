package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PropertiesParserTest {
    private static List<ConfigSource.Entry> parse(String text) {
        return PropertiesParser.parse(text, "", "file", new Faults());
    }

    private static Map<String, String> values(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        parse(text).forEach(entry -> values.put(entry.key(), entry.value()));
        return values;
    }

    private static Properties reference(String text) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        return properties;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=b",
                "a:b",
                "a b",
                "  a   =   b  ",
                "a",
                "a=",
                "=b",
                "a==b",
                "a = = b",
                "a\\=b=c",
                "a\\ b c",
                "a=b\\\n  c\\\n\td",
                "a=b\\\r\nc\rd=e",
                "a=b\\\n\nc=d",
                "a=b\\\n# no comment",
                "# comment \\\na=b",
                "! comment\n   # and another\n\f a=b",
                "a=b\\\\\nc=d",
                "a=b\\\\\\\nc=d",
                "a=b\\",
                "\\\na=b",
                "a=\\t\\n\\r\\f\\z\\\\",
                "\\u0061=\\u00e4\\u20AC",
                "a=\\ b",
                "a\\:b:c",
                "ä=ö"
            })
    void agrees_with_the_JDK(String text) throws IOException {
        assertThat(values(text)).isEqualTo(reference(text));
    }

    @Test
    void agrees_with_the_JDK_on_whatever_is_thrown_at_it() throws IOException {
        Random random = new Random(1);
        String alphabet = "ab =:\\\\\\#!\n\n\r\t\fu0041";
        int compared = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(24); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Properties expected;
            try {
                expected = reference(text.toString());
            } catch (IllegalArgumentException brokenEscape) {
                continue;
            }
            Faults faults = new Faults();
            Map<String, String> actual = new LinkedHashMap<>();
            PropertiesParser.parse(text.toString(), "", "file", faults)
                    .forEach(entry -> actual.put(entry.key(), entry.value()));
            // The JDK is of two minds about lines of nothing but a backslash; an empty key is none of ours.
            actual.remove("");
            expected.remove("");
            // The JDK takes the last of two, which is a fault here.
            if (actual.size() == expected.size() && faults.isEmpty()) {
                assertThat(actual).as(escaped(text)).isEqualTo(expected);
                compared++;
            } else {
                assertThat(faults.isEmpty()).as(escaped(text)).isFalse();
            }
        }
        assertThat(compared).isGreaterThan(100_000);
    }

    private static String escaped(CharSequence text) {
        return text.toString()
                .replace("\n", "<LF>")
                .replace("\r", "<CR>")
                .replace("\f", "<FF>")
                .replace("\t", "<TAB>");
    }

    @Test
    void remembers_the_line_in_which_a_key_begins() {
        String text = "# first\n\na = one\nb = 1,\\\n    2,\\\n    3\nc = last";

        assertThat(parse(text)).extracting(ConfigSource.Entry::origin).containsExactly("file:3", "file:4", "file:7");
    }

    @Test
    void says_of_a_key_that_stands_twice_where_it_stands() {
        Faults faults = new Faults();

        PropertiesParser.parse("ha.a=1\nha.b=2\n\nha.a=3", "ha.", "stack.properties", faults);

        assertThat(faults).hasToString("[ha.a (stack.properties:4): set already in line 1]");
    }

    @Test
    void says_where_an_escape_is_broken() {
        Faults faults = new Faults();

        PropertiesParser.parse("ha.a=\\u12", "ha.", "stack.properties", faults);

        assertThat(faults).hasToString("[ha.a (stack.properties:1): expected four hexadecimal digits after \\u]");
    }

    @Test
    void passes_over_what_is_not_ours() {
        Faults faults = new Faults();

        assertThat(PropertiesParser.parse("spring.a=1\nspring.a=\\u1\nha.b=2", "ha.", "file", faults))
                .extracting(ConfigSource.Entry::key)
                .containsExactly("ha.b");
        assertThat(faults.isEmpty()).isTrue();
    }
}
