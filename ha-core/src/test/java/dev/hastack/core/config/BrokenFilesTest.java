package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Files that somebody broke while editing: whatever the loader makes of them, it throws nothing but its own exception, and shows none of
 * the secrets that are in them. The seed is fixed, so a failure comes again; it names the file.
 */
class BrokenFilesTest {
    private static final int FILES = 10_000;

    /** No two alike, and none of them a part of anything else. */
    private static final List<String> SECRETS = List.of(
            "Gq7vXw1Zp", "Hk8bRt2Ym", "Jn9cSd3Vf", "Lp4gTj5Wx", "Mr6hUk7Qz", "Nt2mVb8Ls", "Ow5nCx9Dr", "Px3kFz6Gh");

    private static final List<String> LINES = List.of(
            "# one file for all services",
            "ha.service=editor",
            "ha.zone = north",
            "ha.probe.interval=1s",
            "ha.postgres.database = cms",
            "ha.postgres.username = cms",
            "ha.postgres.password = " + SECRETS.get(0),
            "ha.postgres.nodes.main.address=pg-main:5432",
            "ha.postgres.nodes.standby.address: pg-standby",
            "ha.postgres.pool.max-size=10",
            "ha.postgres.connect-timeout=2s",
            "ha.postgres.properties.sslpassword=" + SECRETS.get(1),
            "ha.redis.nodes.one.address redis-1:6379",
            "ha.redis.username=cms",
            "ha.redis.password: " + SECRETS.get(2),
            "ha.redis.command-timeout=1s",
            "ha.redis.sentinel.master=cms",
            "ha.redis.sentinel.nodes=s1:26379, s2:26379,\\",
            "    s3:26379",
            "ha.redis.sentinel.password=" + SECRETS.get(3),
            "ha.elasticsearch.nodes.es-1.address=http://es-1:9200",
            "ha.elasticsearch.index-prefix=cms",
            "ha.elasticsearch.api-key = " + SECRETS.get(4),
            "ha.elasticsearch.reads.timeout=5s",
            "ha.stacks.delivery.postgres.writable=false",
            "ha.stacks.delivery.redis.password=" + SECRETS.get(5),
            "spring.datasource.password=" + SECRETS.get(6),
            "ha.postgres.reads.max-lag=10s");

    /** What people put where it does not belong; the secret comes in place of the %s. */
    private static final List<String> MISPLACED = List.of(
            "ha.postgres.nodes.third.address=jdbc:postgresql://pg/cms?user=cms&password=%s&ssl=true",
            "ha.postgres.nodes.third.address=postgresql://pg/cms?user=cms&pass=%s",
            "ha.postgres.nodes.third.address=postgres://cms:%s@pg:5432",
            "ha.elasticsearch.nodes.es-2.address=https://elastic:%s@es-2:9200",
            "ha.redis.nodes.two.address=redis://:%s@redis-2:6379/0",
            "ha.redis.nodes.two.address=redis-2:6379,password=%s",
            "ha.postgres\\ password\\=%s",
            "ha.postgres.properties=password=%s",
            "ha.postgres.pasword=%s",
            "ha.redis.sentinel.auth-pass=%s",
            "ha.redis.sentinel.nodes[0]=s1:26379 AUTH %s",
            "ha.config.files=/nowhere/stack.properties password=%s",
            "ha.postgres.password=a${%s}",
            "ha.postgres.password=${%s",
            "ha.postgres.pool.max-size=10 password: %s",
            "ha.postgres.pool.max-size=10; pwd=%s");

    private int printed;
    private final Random random = new Random(20);
    private final Logger logger = (Logger) LoggerFactory.getLogger(StackConfig.class);

    @Test
    void no_secret_is_shown_and_no_foreign_exception_thrown_of_10000_broken_files() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        boolean additive = logger.isAdditive();
        logger.setAdditive(false);
        logger.addAppender(log);
        int refused = 0;
        try {
            for (int i = 0; i < FILES; i++) {
                String file = broken();
                String shown = load(file);
                refused += shown.isEmpty() ? 0 : 1;
                log.list.forEach(event -> assertNoSecret(event.getFormattedMessage(), file));
                log.list.clear();
                assertNoSecret(shown, file);
            }
        } finally {
            logger.detachAppender(log);
            logger.setAdditive(additive);
        }
        assertThat(printed).isGreaterThan(3_000);
        assertThat(refused).isBetween(FILES / 2, FILES - FILES / 50);
    }

    private static void assertNoSecret(String shown, String file) {
        if (SECRETS.stream().anyMatch(shown::contains)) {
            throw new AssertionError("shown:\n" + shown + "\nof the file:\n" + file);
        }
    }

    /** What is told of it: the report, or what is printed of the configuration. Any other exception ends the test. */
    private String load(String file) throws ReflectiveOperationException {
        Faults faults = new Faults();
        ConfigLoader loader = ConfigLoader.bare();
        try {
            switch (random.nextInt(3)) {
                case 0 -> {
                    // As a framework would hand it over.
                    loader.source(new ConfigSource("file", PropertiesParser.parse(file, "ha.", "file", faults)));
                    faults.throwIfAny();
                }
                case 1 -> loader.systemProperties(pairs(file));
                default -> loader.with(pairs(file)).environment(Map.of("HA_CONFIG_UNKNOWN_KEYS", "warn"));
            }
            StackConfig config = loader.load();
            print(config, file);
            return "";
        } catch (StackConfigException e) {
            assertNoSecret(e.faults().toString(), file);
            assertThat(Optional.ofNullable(e.getCause()))
                    .as("a cause, which nobody looks through")
                    .isEmpty();
            return e.toString();
        } catch (RuntimeException | Error e) {
            throw new AssertionError("of the file:\n" + file, e);
        }
    }

    /** The configuration, and all that is in it. */
    private void print(Record config, String file) throws ReflectiveOperationException {
        assertNoSecret(config.toString(), file);
        printed++;
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            Object value = component.getAccessor().invoke(config);
            Object inside = value instanceof Optional<?> optional ? optional.orElse(null) : value;
            if (inside instanceof Record record) {
                print(record, file);
            } else if (inside instanceof Map<?, ?> map) {
                for (Object each : map.values()) {
                    if (each instanceof Record record) {
                        print(record, file);
                    }
                }
            } else if (inside instanceof Secret secret) {
                assertNoSecret(secret + " " + List.of(secret), file);
                printed++;
            }
        }
    }

    /** As a program would split it that knows nothing of the format. */
    private static Map<String, String> pairs(String file) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (ConfigSource.Entry entry : PropertiesParser.parse(file, "", "file", new Faults())) {
            pairs.put(entry.key(), entry.value());
        }
        return pairs;
    }

    private String broken() {
        List<String> lines = new ArrayList<>(LINES);
        if (random.nextInt(3) == 0) {
            String misplaced = MISPLACED.get(random.nextInt(MISPLACED.size())).formatted(SECRETS.get(7));
            lines.add(random.nextInt(lines.size()), misplaced);
        }
        for (int slips = random.nextInt(4); slips >= 0; slips--) {
            int at = random.nextInt(lines.size() - 1);
            String line = lines.get(at);
            switch (random.nextInt(9)) {
                case 0 -> lines.set(at, line + "\\");
                case 1 -> lines.set(at, line + " " + lines.remove(at + 1));
                case 2 -> lines.set(at, line + lines.remove(at + 1));
                case 3 -> lines.add(random.nextInt(lines.size()), line);
                case 4 -> lines.add(random.nextInt(lines.size()), lines.remove(at));
                case 5 -> lines.set(at, edited(line, false));
                case 6, 7 -> lines.set(at, edited(line, true));
                default -> lines.remove(at);
            }
        }
        return String.join(random.nextInt(5) == 0 ? "\r\n" : "\n", lines);
    }

    /** One character more or less, but within no secret: half of one could not be told from anything else. */
    private String edited(String line, boolean insert) {
        int end = SECRETS.stream()
                .mapToInt(line::indexOf)
                .filter(i -> i >= 0)
                .findFirst()
                .orElse(line.length());
        if (end == 0) {
            return line;
        }
        int at = random.nextInt(end);
        String more = insert
                ? " \t\\=:#!,.;\"'${}@&?u<>[]%ä0x\u0000\uFEFF"
                        .substring(random.nextInt(29))
                        .substring(0, 1)
                : "";
        return line.substring(0, at) + more + line.substring(insert ? at : at + 1);
    }
}
