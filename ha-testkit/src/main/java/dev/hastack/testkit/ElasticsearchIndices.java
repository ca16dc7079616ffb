package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    /** Each can be lifted only by a request that does nothing else. */
    private static final List<String> BLOCKS = List.of(
            FLOOD, "index.blocks.read_only", "index.blocks.metadata", "index.blocks.write", "index.blocks.read");

    private static final Pattern NAME = Pattern.compile("\"name\":\"([^\"]+)\"");
    private static final Pattern KEY = Pattern.compile("\"([^\"]+)\":\\{\"order\"");

    private final ElasticsearchCluster cluster;

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
        // Aliases are resolved; replicas come first, since one of them would take over from the primary.
        List<String[]> shards = table("/_cat/shards/" + index + "?h=index,shard,node&s=prirep:desc");
        for (String[] row : table("/_cat/indices/" + index + "?h=uuid&expand_wildcards=all")) {
            cluster.nodes().forEach(node -> move(node.indices().resolve(row[0]), node.hidden()));
        }
        String cancellations = shards.stream()
                .filter(shard -> shard.length > 2)
                .map(shard -> "{\"cancel\":{\"index\":\"" + shard[0] + "\",\"shard\":" + shard[1] + ",\"node\":\""
                        + shard[2] + "\",\"allow_primary\":true}}")
                .collect(Collectors.joining(","));
        cluster.request("POST", "/_cluster/reroute?metric=none", "{\"commands\":[" + cancellations + "]}");
        Await.until(
                () -> "the loss of all copies of " + index,
                CHANGE,
                () -> table("/_cat/shards/" + index + "?h=state").stream().allMatch(row -> row[0].equals("UNASSIGNED")),
                () -> String.join("\n", lines("/_cat/shards?v")));
    }

    /** Whether there was something to restore. */
    boolean restore() {
        boolean restored = lift();
        for (ElasticsearchNode node : cluster.nodes()) {
            for (Path folder : hidden(node)) {
                restored = true;
                if (exists(folder.getFileName().toString())) {
                    move(folder, node.indices());
                } else {
                    delete(folder);
                }
            }
        }
        return restored;
    }

    private boolean lift() {
        String settings = cluster.request(
                "GET", "/_all/_settings/index.blocks.*?flat_settings=true&expand_wildcards=open,closed", null);
        List<String> set = BLOCKS.stream()
                .filter(block -> settings.contains("\"" + block + "\""))
                .toList();
        set.forEach(block -> block("_all", block, "null"));
        return !set.isEmpty();
    }

    private boolean exists(String uuid) {
        return lines("/_cat/indices?h=uuid&expand_wildcards=all").contains(uuid);
    }

    private static List<Path> hidden(ElasticsearchNode node) {
        try (var folders = Files.list(node.hidden())) {
            return folders.toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + node.hidden(), e);
        }
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

    private static void delete(Path folder) {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
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
        if (!names.isEmpty()) {
            cluster.request("DELETE", path + String.join(",", names), null);
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
