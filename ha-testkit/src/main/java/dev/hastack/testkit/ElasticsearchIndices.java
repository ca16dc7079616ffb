package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the testkit does to single indices, and how it undoes that.
 *
 * <p>An index becomes red by hiding its files. No rule of allocation would do: where a copy exists, Elasticsearch overrides
 * its rules rather than leave a primary shard unassigned.
 */
final class ElasticsearchIndices {
    private static final Duration CHANGE = Duration.ofSeconds(20);
    private static final String FLOOD = "index.blocks.read_only_allow_delete";
    /**
     * Elasticsearch's numbers for its blocks, and the settings that lift them, each by a request of its own. The first three
     * forbid to change any other setting, and are lifted whatever else is set.
     */
    private static final List<Map.Entry<String, String>> BLOCKS = List.of(
            Map.entry("9", "index.blocks.metadata"),
            Map.entry("5", "index.blocks.read_only"),
            Map.entry("12", FLOOD),
            Map.entry("7", "index.blocks.read"),
            Map.entry("8", "index.blocks.write"));

    /** Of 255 bytes at most each, in a line of HTTP that Elasticsearch takes, 4,096 bytes. */
    private static final int NAMES_IN_A_LINE = 15;

    private static final Pattern NAME = Pattern.compile("\"name\":\"([^\"]+)\"");
    private static final Pattern KEY = Pattern.compile("\"([^\"]+)\":\\{\"order\"");

    private final ElasticsearchCluster cluster;
    /** Index, number, "p" and node of the last primary of each shard that has been hidden: it has every acknowledged write. */
    private final Map<String, String[]> primaries = new ConcurrentHashMap<>();

    ElasticsearchIndices(ElasticsearchCluster cluster) {
        this.cluster = cluster;
    }

    void floodStage(String index) {
        block(index, FLOOD, "true");
    }

    private void block(String index, String block, String value) {
        cluster.request("PUT", "/" + index + "/_settings", "{\"" + block + "\":" + value + "}");
    }

    void makeRed(String index) {
        remember(assigned(index));
        for (String[] row : table("/_cat/indices/" + index + "?h=uuid&expand_wildcards=all")) {
            cluster.nodes().forEach(node -> move(node.indices().resolve(row[0]), node.hidden()));
        }
        Await.untilSlowly(
                () -> "the loss of all copies of " + index,
                CHANGE,
                () -> cancel(assigned(index)),
                () -> String.join("\n", lines("/_cat/shards?v")));
    }

    /** Aliases are resolved; replicas come first, since one of them would take over from the primary. */
    private List<String[]> assigned(String index) {
        return table("/_cat/shards/" + index + "?h=index,shard,prirep,node&s=prirep:desc").stream()
                .filter(shard -> shard.length > 3)
                .toList();
    }

    private void remember(List<String[]> shards) {
        shards.stream().filter(shard -> shard[2].equals("p")).forEach(shard -> primaries.put(name(shard), shard));
    }

    private static String name(String[] shard) {
        return shard[0] + " " + shard[1];
    }

    /** Whether there was nothing to cancel any more. */
    private boolean cancel(List<String[]> shards) {
        remember(shards);
        if (shards.isEmpty()) {
            return true;
        }
        try {
            reroute(shards, "cancel", "allow_primary");
        } catch (ElasticsearchHttp.ErrorStatus e) {
            // A write that missed its files has made one of them fail meanwhile; then none is cancelled.
            if (e.status() != 400) {
                throw e;
            }
        }
        return false;
    }

    private void reroute(List<String[]> shards, String command, String option) {
        String commands = shards.stream()
                .map(shard -> "{\"" + command + "\":{\"index\":\"" + shard[0] + "\",\"shard\":" + shard[1]
                        + ",\"node\":\"" + shard[3] + "\",\"" + option + "\":true}}")
                .collect(Collectors.joining(","));
        cluster.request("POST", "/_cluster/reroute?retry_failed=true&metric=none", "{\"commands\":[" + commands + "]}");
    }

    void restore() {
        lift();
        cluster.nodes().forEach(this::unhide);
        if (!primaries.isEmpty()) {
            Set<String> lost = table("/_cat/shards?h=index,shard,prirep,state").stream()
                    .filter(shard -> shard[2].equals("p") && shard[3].equals("UNASSIGNED"))
                    .map(ElasticsearchIndices::name)
                    .collect(Collectors.toSet());
            // Elasticsearch has remembered where it found no copy. What the primary had is not stale, but all there is.
            reroute(
                    primaries.values().stream()
                            .filter(shard -> lost.contains(name(shard)))
                            .toList(),
                    "allocate_stale_primary",
                    "accept_data_loss");
            primaries.clear();
        }
    }

    private void unhide(ElasticsearchNode node) {
        try (var folders = Files.list(node.hidden())) {
            for (Path folder : folders.toList()) {
                if (exists(folder.getFileName().toString())) {
                    // A copy that was to be made meanwhile, of what was gone already.
                    Folders.delete(node.indices().resolve(folder.getFileName()));
                    move(folder, node.indices());
                } else {
                    Folders.delete(folder);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot empty " + node.hidden(), e);
        }
    }

    private void lift() {
        // An index may forbid to ask for its settings.
        String blocks = cluster.request("GET", "/_cluster/state/blocks?filter_path=blocks.indices", null);
        for (var block : BLOCKS) {
            if (blocks.contains("\"" + block.getKey() + "\":{\"description\"")) {
                block("_all", block.getValue(), "null");
            }
        }
    }

    private boolean exists(String uuid) {
        return lines("/_cat/indices?h=uuid&expand_wildcards=all").contains(uuid);
    }

    private static void move(Path folder, Path parent) {
        try {
            if (Files.exists(folder)) {
                Files.move(folder, parent.resolve(folder.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot move " + folder + " to " + parent, e);
        }
    }

    /** Deletes what tests have made. */
    void clear() {
        List<String> indices = lines("/_cat/indices?h=index&expand_wildcards=all").stream()
                .filter(index -> !index.startsWith("."))
                .toList();
        delete("/", indices);
        delete("/_index_template/", names("/_index_template?filter_path=index_templates.name", NAME));
        delete("/_component_template/", names("/_component_template?filter_path=component_templates.name", NAME));
        names("/_template?filter_path=*.order", KEY).forEach(name -> delete("/_template/", List.of(name)));
    }

    private void delete(String path, List<String> names) {
        for (int from = 0; from < names.size(); from += NAMES_IN_A_LINE) {
            List<String> some = names.subList(from, Math.min(from + NAMES_IN_A_LINE, names.size()));
            cluster.request("DELETE", path + String.join(",", some), null);
        }
    }

    /** Those that begin with a dot are Elasticsearch's own. */
    private List<String> names(String path, Pattern pattern) {
        var names = new ArrayList<String>();
        var matcher = pattern.matcher(cluster.request("GET", path, null));
        while (matcher.find()) {
            if (!matcher.group(1).startsWith(".")) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    private List<String> lines(String path) {
        return cluster.request("GET", path, null).lines().map(String::strip).toList();
    }

    private List<String[]> table(String path) {
        return lines(path).stream().map(line -> line.split(" +", -1)).toList();
    }
}
