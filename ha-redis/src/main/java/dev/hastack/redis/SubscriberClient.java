package dev.hastack.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/** A client whose connections go, each time that they connect, to the node that subscribers belong to then. */
final class SubscriberClient extends RedisClient {
    private final NodeClients clients;
    private volatile Supplier<Optional<String>> node = Optional::empty;

    SubscriberClient(ClientResources resources, NodeClients clients) {
        super(resources, new RedisURI());
        this.clients = clients;
    }

    void to(Supplier<Optional<String>> next) {
        node = next;
    }

    /** Of the node now. */
    RedisURI uri() {
        return clients.uri(
                node.get().orElseThrow(() -> new RedisConnectionException("there is no node to subscribe at")));
    }

    @Override
    protected Mono<SocketAddress> getSocketAddress(RedisURI first) {
        return Mono.defer(() -> super.getSocketAddress(uri()));
    }
}
