package dev.hastack.redis.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobQueueTest {
    private final List<Object> calls = new ArrayList<>();

    @Test
    void a_service_stubs_it_with_what_its_own_test_collects() {
        JobQueue stub = (JobQueue)
                Proxy.newProxyInstance(JobQueue.class.getClassLoader(), new Class<?>[] {JobQueue.class}, this::collect);

        try (JobQueue queue = stub) {
            assertThat(queue.enqueue("welcome")).isEqualTo("key of welcome");
        }

        assertThat(calls).containsExactly("welcome", Duration.ofSeconds(10));
    }

    /** What has a default runs, what has none is collected. */
    private Object collect(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.isDefault()) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
        }
        calls.add(arguments[0]);
        return method.getReturnType() == boolean.class ? true : "key of " + arguments[0];
    }
}
