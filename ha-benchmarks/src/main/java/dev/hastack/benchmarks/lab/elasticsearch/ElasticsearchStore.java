package dev.hastack.benchmarks.lab.elasticsearch;

import co.elastic.clients.transport.Version;
import dev.hastack.benchmarks.lab.elasticsearch.Call.Lane;
import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Column;
import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Pace;
import dev.hastack.benchmarks.lab.round.Store;
import dev.hastack.benchmarks.lab.round.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Elasticsearch on three nodes: five faults, ha-stack and three ways to configure elasticsearch-java. */
public record ElasticsearchStore() implements Store<ElasticsearchServers, Searching, SearchOutcome> {
    /** By chance alone, a node has a few more than a third. */
    private static final double EVEN = 40;

    @Override
    public String id() {
        return "elasticsearch";
    }

    @Override
    public List<Fault<ElasticsearchServers, Searching>> faults() {
        List<Fault<ElasticsearchServers, Searching>> faults = new ArrayList<>(List.of(FailedNode.values()));
        faults.addAll(List.of(FailedIndex.values()));
        return faults;
    }

    @Override
    public List<Client<ElasticsearchServers, Searching>> clients() {
        List<Client<ElasticsearchServers, Searching>> clients = new ArrayList<>();
        clients.add(new HaStackClient());
        clients.addAll(List.of(RestClients.values()));
        return clients;
    }

    @Override
    public List<Column<SearchOutcome>> columns() {
        List<Column<SearchOutcome>> columns = new ArrayList<>();
        for (Lane lane : Lane.values()) {
            columns.add(Column.of(lane + ": failed", outcome -> outcome.of(lane).failed()));
        }
        for (Lane lane : Lane.values()) {
            columns.add(Column.of(
                    lane + ": silence, ms", outcome -> outcome.of(lane).silence()));
        }
        for (Lane lane : List.of(Lane.SEARCH_B, Lane.WRITE_B)) {
            columns.add(
                    Column.of(lane + ": p99 before", outcome -> outcome.of(lane).before()));
            columns.add(Column.of("during", outcome -> outcome.of(lane).during()));
            columns.add(Column.of("after, ms", outcome -> outcome.of(lane).after()));
        }
        columns.add(Column.of("longest call, ms", SearchOutcome::longestCall));
        columns.add(Column.of("busiest node, %", SearchOutcome::busiest));
        columns.add(Column.of("stored twice", SearchOutcome::twice));
        columns.add(Column.of("lost", SearchOutcome::lost));
        return columns;
    }

    @Override
    public List<Target<SearchOutcome>> targets() {
        String peer = RestClients.DEFAULT.id();
        String killed = FailedNode.KILLED.id();
        String hung = FailedNode.HUNG.id();
        String red = FailedIndex.RED.id();
        List<Target<SearchOutcome>> targets = new ArrayList<>(List.of(
                Target.none(killed, "failed searches", SearchOutcome::failedSearches),
                Target.noLongerThan(peer, killed, "search silence", SearchOutcome::searchSilence),
                Target.none(hung, "failed searches", SearchOutcome::failedSearches),
                Target.everyTime(hung, "search silence", SearchOutcome::searchSilence, 1000)));
        for (Lane lane : List.of(Lane.SEARCH_B, Lane.WRITE_B)) {
            targets.add(Target.none(
                    red, lane + ", failed", outcome -> outcome.of(lane).failed()));
            targets.add(Target.everyTime(
                    red, lane + ", silence", outcome -> outcome.of(lane).silence(), 300));
            targets.add(Target.ratio(
                    red,
                    lane + ", p99 during to before",
                    outcome -> outcome.of(lane).slowdown(),
                    1.2));
        }
        for (Fault<?, ?> fault : faults()) {
            targets.add(Target.none(fault.id(), "stored twice", SearchOutcome::twice));
            targets.add(Target.none(fault.id(), "acknowledged writes lost", SearchOutcome::lost));
            targets.add(Target.ratio(fault.id(), "busiest node's share in percent", SearchOutcome::busiest, EVEN));
        }
        return targets;
    }

    @Override
    public Pace pace() {
        return new Pace(3, 2, Duration.ofSeconds(30), SearchRound.AROUND);
    }

    @Override
    public String versions(ElasticsearchServers servers) {
        return "Elasticsearch " + servers.version() + ", elasticsearch-java and its RestClient " + Version.VERSION;
    }

    @Override
    public ElasticsearchServers start() {
        return ElasticsearchServers.start();
    }

    @Override
    public SearchOutcome play(
            Client<ElasticsearchServers, Searching> client,
            Fault<ElasticsearchServers, Searching> fault,
            Duration patience,
            ElasticsearchServers servers)
            throws Exception {
        return new SearchRound(client, fault).run(servers);
    }
}
