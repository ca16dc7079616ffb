package dev.hastack.elasticsearch;

import dev.hastack.testkit.FaultProxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A cluster behind a network that takes its time.
 *
 * @param properties that lead through it
 */
record FarNodes(Map<String, String> properties, List<FaultProxy> proxies) implements AutoCloseable {
    /** @param delay each way */
    static FarNodes behind(Map<String, String> properties, Duration delay) {
        Map<String, String> settings = new HashMap<>(properties);
        List<FaultProxy> proxies = new ArrayList<>();
        settings.replaceAll((key, value) -> {
            if (!key.endsWith(".address")) {
                return value;
            }
            URI node = URI.create(value);
            FaultProxy proxy = FaultProxy.to(node.getHost(), node.getPort());
            proxies.add(proxy);
            proxy.delay(delay);
            return "http://" + proxy.address();
        });
        return new FarNodes(settings, proxies);
    }

    @Override
    public void close() throws java.io.IOException {
        for (FaultProxy proxy : proxies) {
            proxy.close();
        }
    }
}
