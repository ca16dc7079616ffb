package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.monitor.Toll;
import java.util.List;
import java.util.Map;

/**
 * Remembers what is to be sent once more.
 *
 * @param again what is to be sent again
 * @param late what is to be sent elsewhere besides
 */
record Redispatch(List<Call<?, ?, ?>> again, List<Call<?, ?, ?>> late, RedisConfig config, Toll toll)
        implements Dispatcher {
    Redispatch(List<Call<?, ?, ?>> again, List<Call<?, ?, ?>> late) {
        this(
                again,
                late,
                StackConfig.of(Map.of("ha.redis.nodes.main.address", "127.0.0.1:6379"))
                        .redis()
                        .orElseThrow(),
                new Toll("redis"));
    }

    @Override
    public boolean closing() {
        return false;
    }

    @Override
    public void route(Call<?, ?, ?> routed) {
        throw new AssertionError("nothing is routed here: " + routed.describe());
    }

    @Override
    public <K, V> void route(List<Call<K, V, ?>> calls) {
        throw new AssertionError("nothing is routed here");
    }

    @Override
    public void again(Call<?, ?, ?> failed) {
        again.add(failed);
    }

    @Override
    public void besides(Call<?, ?, ?> slow) {
        late.add(slow);
    }

    @Override
    public boolean elsewhere(Call<?, ?, ?> denied) {
        return false;
    }

    @Override
    public void tell(Runnable end) {
        end.run();
    }
}
