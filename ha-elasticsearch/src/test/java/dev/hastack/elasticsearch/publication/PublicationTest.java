package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.elasticsearch.HaElasticsearch;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PublicationTest {
    private final List<Object> calls = new ArrayList<>();

    @Test
    void a_service_stubs_the_store_with_a_publication_of_its_own_test() throws Exception {
        Publication news =
                stub(Publication.class, (proxy, method, arguments) -> Optional.of("text of " + arguments[0]));
        HaElasticsearch store = stub(HaElasticsearch.class, (proxy, method, arguments) -> news);

        assertThat(store.publication("news").get("4711", String.class)).contains("text of 4711");
    }

    @Test
    void a_service_stubs_a_bulk_with_what_its_own_test_collects() throws Exception {
        Publication news = stub(Publication.class, this::bulk);

        try (Bulk bulk = news.bulk(letter -> {})) {
            assertThat(bulk.index("4711", "text")).isCompleted();
        }

        assertThat(calls).containsExactly(BulkLimits.DEFAULT, "4711", Duration.ofSeconds(30));
    }

    /** Answers for a publication and for its bulk: what has a default runs, what has none is collected. */
    private Object bulk(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.isDefault()) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
        }
        calls.add(arguments[0]);
        if (proxy instanceof Publication) {
            return stub(Bulk.class, this::bulk);
        }
        return method.getReturnType() == boolean.class ? true : CompletableFuture.completedFuture(null);
    }

    private static <T> T stub(Class<T> type, InvocationHandler answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers));
    }
}
