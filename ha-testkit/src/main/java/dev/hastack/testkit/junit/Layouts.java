package dev.hastack.testkit.junit;

import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.ElasticsearchLayout;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresLayout;
import dev.hastack.testkit.RedisLayout;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.StoreLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** What a {@link HaStackTest} asks for. */
final class Layouts {
    private Layouts() {}

    static List<StoreLayout> of(HaStackTest test) {
        var layouts = new ArrayList<StoreLayout>();
        if (test.postgres().nodes().length > 0) {
            layouts.add(postgres(test.postgres()));
        }
        if (test.redis().nodes().length > 0) {
            layouts.add(redis(test.redis()));
        }
        if (test.elasticsearch().nodes().length > 0) {
            layouts.add(elasticsearch(test.elasticsearch()));
        }
        if (layouts.isEmpty()) {
            layouts.add(PostgresCluster.builder().node("main").node("standby").layout());
        }
        return layouts;
    }

    private static PostgresLayout postgres(Postgres postgres) {
        var builder = PostgresCluster.builder();
        for (String node : postgres.nodes()) {
            builder.node(node);
        }
        if (!postgres.synchronous().isEmpty()) {
            builder.synchronous(postgres.synchronous());
        }
        if (postgres.tls()) {
            builder.tls();
        }
        settings("@Postgres", postgres.settings(), builder::setting);
        return builder.layout();
    }

    private static RedisLayout redis(Redis redis) {
        var builder = RedisReplication.builder().sentinels(redis.sentinels());
        for (String node : redis.nodes()) {
            builder.node(node);
        }
        if (redis.password()) {
            builder.password();
        }
        if (redis.tls()) {
            builder.tls();
        }
        settings("@Redis", redis.settings(), builder::setting);
        return builder.layout();
    }

    private static ElasticsearchLayout elasticsearch(Elasticsearch elasticsearch) {
        var builder = ElasticsearchCluster.builder();
        for (String node : elasticsearch.nodes()) {
            builder.node(node);
        }
        if (elasticsearch.password()) {
            builder.password();
        }
        if (elasticsearch.tls()) {
            builder.tls();
        }
        settings("@Elasticsearch", elasticsearch.settings(), builder::setting);
        return builder.layout();
    }

    private static void settings(String annotation, String[] settings, BiConsumer<String, String> target) {
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new ExtensionConfigurationException(
                        annotation + "(settings): \"" + setting + "\" is not of the form name=value");
            }
            target.accept(
                    setting.substring(0, equals).strip(),
                    setting.substring(equals + 1).strip());
        }
    }
}
