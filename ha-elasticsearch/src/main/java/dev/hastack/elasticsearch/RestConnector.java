package dev.hastack.elasticsearch;

import co.elastic.clients.transport.http.TransportHttpClient;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.HttpRequestInterceptor;
import org.apache.http.HttpResponse;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.conn.ssl.DefaultHostnameVerifier;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.impl.client.DefaultRedirectStrategy;
import org.apache.http.impl.nio.client.HttpAsyncClientBuilder;
import org.apache.http.impl.nio.conn.PoolingNHttpClientConnectionManager;
import org.apache.http.impl.nio.reactor.DefaultConnectingIOReactor;
import org.apache.http.impl.nio.reactor.IOReactorConfig;
import org.apache.http.nio.conn.NoopIOSessionStrategy;
import org.apache.http.nio.conn.SchemeIOSessionStrategy;
import org.apache.http.nio.conn.ssl.SSLIOSessionStrategy;
import org.apache.http.nio.reactor.IOReactorException;
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
        ThreadFactory threads = threads(target);
        PoolingNHttpClientConnectionManager pool = pool(target, threads);
        RestClientBuilder builder = RestClient.builder(new HttpHost(
                        target.address().getHost(),
                        target.address().getPort(),
                        target.address().getScheme()))
                .setRequestConfigCallback(config -> config.setConnectTimeout(connect)
                        .setConnectionRequestTimeout(connect)
                        .setSocketTimeout(longest))
                .setHttpClientConfigCallback(
                        http -> http(http, target).setThreadFactory(threads).setConnectionManager(pool));
        String path = target.address().getPath();
        if (path != null && !path.isEmpty() && !path.equals("/")) {
            builder.setPathPrefix(path);
        }
        return new RestHttpClient(builder.build(), pool);
    }

    /** As the builder of the client makes one, which does not show it. */
    private static PoolingNHttpClientConnectionManager pool(Target target, ThreadFactory threads) {
        SSLIOSessionStrategy tls = target.tls()
                .map(context -> new SSLIOSessionStrategy(
                        context, target.verifyHost() ? new DefaultHostnameVerifier() : NoopHostnameVerifier.INSTANCE))
                .orElseGet(SSLIOSessionStrategy::getDefaultStrategy);
        try {
            PoolingNHttpClientConnectionManager pool = new PoolingNHttpClientConnectionManager(
                    new DefaultConnectingIOReactor(
                            IOReactorConfig.custom().setSoKeepAlive(true).build(), threads),
                    null,
                    RegistryBuilder.<SchemeIOSessionStrategy>create()
                            .register("http", NoopIOSessionStrategy.INSTANCE)
                            .register("https", tls)
                            .build(),
                    null,
                    null,
                    LIFE.toMillis(),
                    TimeUnit.MILLISECONDS);
            pool.setDefaultMaxPerRoute(target.connections());
            pool.setMaxTotal(target.connections());
            return pool;
        } catch (IOReactorException e) {
            throw new IllegalStateException("no HTTP client of " + target + " could be made: " + e.getMessage(), e);
        }
    }

    private static ThreadFactory threads(Target target) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "ha-elasticsearch-" + target.node() + "-io-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private static HttpAsyncClientBuilder http(HttpAsyncClientBuilder http, Target target) {
        return http.addInterceptorLast((HttpRequestInterceptor) (request, context) -> target.headers()
                        .forEach((name, value) -> {
                            if (!request.containsHeader(name)) {
                                request.setHeader(name, value);
                            }
                        }))
                .setKeepAliveStrategy((response, context) -> IDLE.toMillis())
                .setRedirectStrategy(new RestRedirections())
                .disableCookieManagement()
                .disableAuthCaching();
    }

    @Override
    public boolean running(TransportHttpClient client) {
        return !(client instanceof RestHttpClient rest) || rest.running();
    }

    @Override
    public void closeIdle(TransportHttpClient client, Duration idle) {
        if (client instanceof RestHttpClient rest) {
            rest.closeIdle(idle);
        }
    }
}
