package dev.hastack.elasticsearch;

import co.elastic.clients.transport.http.TransportHttpClient;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.HttpRequestInterceptor;
import org.apache.http.HttpResponse;
import org.apache.http.conn.ssl.DefaultHostnameVerifier;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.impl.client.DefaultRedirectStrategy;
import org.apache.http.impl.nio.client.HttpAsyncClientBuilder;
import org.apache.http.impl.nio.reactor.IOReactorConfig;
import org.apache.http.nio.conn.ssl.SSLIOSessionStrategy;
import org.apache.http.protocol.HttpContext;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;

/** A RestClient for each node, of one host each: its own retries and its blacklist have nothing to choose from. */
final class RestConnector implements NodeConnector {
    /** For how long an idle connection is used again: less than firewalls and balancers remember one for. */
    private static final Duration IDLE = Duration.ofSeconds(30);
    /** For how long any connection is. */
    private static final Duration LIFE = Duration.ofMinutes(5);

    /** Elasticsearch sends none; to follow one would show the credentials to whatever it leads to. */
    private static final class RestRedirections extends DefaultRedirectStrategy {
        @Override
        public boolean isRedirected(HttpRequest request, HttpResponse response, HttpContext context) {
            return false;
        }
    }

    @Override
    public TransportHttpClient connect(Target target) {
        int longest = (int) Math.min(Integer.MAX_VALUE, target.longest().toMillis());
        int connect = (int) Math.min(Integer.MAX_VALUE, target.connectTimeout().toMillis());
        RestClientBuilder builder = RestClient.builder(new HttpHost(
                        target.address().getHost(),
                        target.address().getPort(),
                        target.address().getScheme()))
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
        http.addInterceptorLast((HttpRequestInterceptor) (request, context) -> target.headers()
                .forEach((name, value) -> {
                    if (!request.containsHeader(name)) {
                        request.setHeader(name, value);
                    }
                }));
        http.setMaxConnPerRoute(target.connections())
                .setMaxConnTotal(target.connections())
                .setKeepAliveStrategy((response, context) -> IDLE.toMillis())
                .setConnectionTimeToLive(LIFE.toMillis(), TimeUnit.MILLISECONDS)
                .setDefaultIOReactorConfig(
                        IOReactorConfig.custom().setSoKeepAlive(true).build())
                .setRedirectStrategy(new RestRedirections())
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
