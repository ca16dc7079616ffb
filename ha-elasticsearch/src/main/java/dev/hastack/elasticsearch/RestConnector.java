package dev.hastack.elasticsearch;

import co.elastic.clients.transport.http.TransportHttpClient;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.http.Header;
import org.apache.http.HttpHost;
import org.apache.http.conn.ssl.DefaultHostnameVerifier;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.impl.nio.client.HttpAsyncClientBuilder;
import org.apache.http.message.BasicHeader;
import org.apache.http.nio.conn.ssl.SSLIOSessionStrategy;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;

/** A RestClient for each node, of one host each: its own retries and its blacklist have nothing to choose from. */
final class RestConnector implements NodeConnector {

    @Override
    public TransportHttpClient connect(Target target) {
        int longest = (int) Math.min(Integer.MAX_VALUE, target.longest().toMillis());
        int connect = (int) Math.min(Integer.MAX_VALUE, target.connectTimeout().toMillis());
        RestClientBuilder builder = RestClient.builder(new HttpHost(
                        target.address().getHost(),
                        target.address().getPort(),
                        target.address().getScheme()))
                .setDefaultHeaders(target.headers().entrySet().stream()
                        .map(header -> new BasicHeader(header.getKey(), header.getValue()))
                        .toArray(Header[]::new))
                .setRequestConfigCallback(config -> config.setConnectTimeout(connect)
                        .setConnectionRequestTimeout(connect)
                        .setSocketTimeout(longest))
                .setHttpClientConfigCallback(http -> http(http, target));
        String path = target.address().getPath();
        if (path != null && !path.isEmpty() && !path.equals("/")) {
            builder.setPathPrefix(path);
        }
        return new RestHttpClient(builder.build());
    }

    private static HttpAsyncClientBuilder http(HttpAsyncClientBuilder http, Target target) {
        AtomicInteger count = new AtomicInteger();
        http.setMaxConnPerRoute(target.connections())
                .setMaxConnTotal(target.connections())
                .disableCookieManagement()
                .disableAuthCaching()
                .setThreadFactory(task -> {
                    Thread thread =
                            new Thread(task, "ha-elasticsearch-" + target.node() + "-io-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        target.tls()
                .ifPresent(context -> http.setSSLStrategy(new SSLIOSessionStrategy(
                        context, target.verifyHost() ? new DefaultHostnameVerifier() : NoopHostnameVerifier.INSTANCE)));
        return http;
    }

    @Override
    public boolean running(TransportHttpClient client) {
        return !(client instanceof RestHttpClient rest) || rest.running();
    }
}
