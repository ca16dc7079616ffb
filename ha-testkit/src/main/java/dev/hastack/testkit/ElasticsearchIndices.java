package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
    private static final Duration CHANGE = Duration.ofSeconds(60);
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
    /** Of the answer to {@code _shard_stores}: the node's name, and the id of its copy. */
    private static final Pattern STORE = Pattern.compile("\"name\":\"([^\"]+)\"\\},\"allocation_id\":\"([^\"]+)\"");

    private static final Pattern KEY = Pattern.compile("\"([^\"]+)\":\\{\"order\"");

    private final ElasticsearchCluster cluster;
    /** The ids of the indices that have been made red. */
    private final Set<String> red = ConcurrentHashMap.newKeySet();

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
        List<String> uuids = lines("/_cat/indices/" + index + "?h=uuid&expand_wildcards=all");
        // No copy shall be made where files have been hidden already, of one whose files have not been.
        allocate("\"new_primaries\"");
        Await.untilSlowly(
                () -> "the end of all recoveries of " + index,
                CHANGE,
                () -> assigned(index).stream().allMatch(shard -> shard[4].equals("STARTED")),
                this::shards);
        red.addAll(uuids);
        cluster.nodes().forEach(node -> uuids.forEach(uuid -> hide(node, uuid)));
        Await.untilSlowly(
                () -> "the loss of all copies of " + index, CHANGE, () -> cancel(assigned(index)), this::shards);
        allocate("null");
    }

    private void allocate(String which) {
        cluster.request(
                "PUT", "/_cluster/settings", "{\"transient\":{\"cluster.routing.allocation.enable\":" + which + "}}");
    }

    /** Aliases are resolved; replicas come first, since one of them would take over from the primary. */
    private List<String[]> assigned(String index) {
        return table("/_cat/shards/" + index + "?h=index,shard,prirep,node,state&s=prirep:desc").stream()
                .filter(shard -> shard.length > 4)
                .toList();
    }

    private String shards() {
        return cluster.request("GET", "/_cat/shards?v", null);
    }

    /** Whether there was nothing to cancel any more. */
    private boolean cancel(List<String[]> shards) {
        if (shards.isEmpty()) {
            return true;
        }
        reroute(
                "",
                shards.stream()
                        .map(shard -> command("cancel", shard[0], shard[1], shard[3], "allow_primary"))
                        .toList());
        return false;
    }

    private static String command(String command, String index, String shard, String node, String option) {
        return "{\"" + command + "\":{\"index\":\"" + index + "\",\"shard\":" + shard + ",\"node\":\"" + node + "\",\""
                + option + "\":true}}";
    }

    private void reroute(String parameters, List<String> commands) {
        try {
            cluster.request(
                    "POST",
                    "/_cluster/reroute?metric=none" + parameters,
                    "{\"commands\":[" + String.join(",", commands) + "]}");
        } catch (ElasticsearchHttp.ErrorStatus e) {
            // A copy has failed or got a place meanwhile, and no command was obeyed; the next look says more.
            if (e.status() != 400) {
                throw e;
            }
        }
    }

    void restore() {
        lift();
        cluster.nodes().forEach(this::unhide);
        if (!red.isEmpty()) {
            Await.untilSlowly(
                    () -> "the return of what was hidden",
                    CHANGE,
                    this::areBack,
                    () -> shards() + String.join("\n", stores()));
            red.clear();
        }
    }

    private boolean areBack() {
        List<String[]> primaries = redPrimaries();
        primaries.stream()
                .filter(shard -> shard[3].equals("UNASSIGNED"))
                .forEach(shard -> bringBack(shard[0], shard[1]));
        return primaries.stream().allMatch(shard -> shard[3].equals("STARTED"));
    }

    /** Index, number, "p" and state of each primary of an index that was made red, and that has not been deleted since. */
    private List<String[]> redPrimaries() {
        Set<String> indices = table("/_cat/indices?h=index,uuid&expand_wildcards=all").stream()
                .filter(index -> red.contains(index[1]))
                .map(index -> index[0])
                .collect(Collectors.toSet());
        return table("/_cat/shards?h=index,shard,prirep,state").stream()
                .filter(shard -> indices.contains(shard[0]) && shard[2].equals("p"))
                .toList();
    }

    /**
     * Makes a copy the primary that has every acknowledged write: one that Elasticsearch calls in sync, whichever was the
     * primary last. It does not so by itself, since it has remembered where it found no copy.
     */
    private void bringBack(String index, String shard) {
        String inSync = cluster.request(
                "GET",
                "/_cluster/state/metadata/" + index + "?filter_path=metadata.indices.*.in_sync_allocations." + shard,
                null);
        STORE.matcher(stores(index, shard))
                .results()
                .filter(store -> inSync.contains("\"" + store.group(2) + "\""))
                .findFirst()
                .ifPresent(store -> reroute(
                        "&retry_failed=true",
                        List.of(command("allocate_stale_primary", index, shard, store.group(1), "accept_data_loss"))));
    }

    /** Which node has which copy, for messages. */
    private List<String> stores() {
        return redPrimaries().stream().map(shard -> stores(shard[0], shard[1])).toList();
    }

    private String stores(String index, String shard) {
        String store = "indices.*.shards." + shard + ".stores.";
        return cluster.request(
                "GET",
                "/" + index + "/_shard_stores?status=all&filter_path=" + store + "*.name," + store + "allocation_id,"
                        + store + "store_exception",
                null);
    }

    /** Takes the folder of each shard away from the node, and leaves what it wrote about the index. */
    private static void hide(ElasticsearchNode node, String uuid) {
        try {
            for (Path shard : folders(node.indices().resolve(uuid))) {
                Path target = node.hidden().resolve(uuid).resolve(shard.getFileName());
                if (Files.exists(target)) {
                    // Made red before; a copy was to be made since, of what was gone already.
                    Folders.delete(shard);
                } else if (!shard.endsWith("_state")) {
                    Files.createDirectories(target.getParent());
                    move(shard, target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hide " + uuid + " from " + node, e);
        }
    }

    private void unhide(ElasticsearchNode node) {
        try {
            for (Path hidden : folders(node.hidden())) {
                Path shown = node.indices().resolve(hidden.getFileName());
                if (exists(hidden.getFileName().toString())) {
                    if (!Files.exists(shown)) {
                        ServerUser.CURRENT.own(Files.createDirectory(shown));
                    }
                    for (Path shard : folders(hidden)) {
                        Path target = shown.resolve(shard.getFileName());
                        // As above.
                        Folders.delete(target);
                        move(shard, target);
                    }
                }
                Folders.delete(hidden);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot empty " + node.hidden(), e);
        }
    }

    private static List<Path> folders(Path parent) throws IOException {
        if (!Files.exists(parent)) {
            return List.of();
        }
        try (var folders = Files.list(parent)) {
            return folders.toList();
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

    private static void move(Path folder, Path target) throws IOException {
        try {
            Files.move(folder, target);
        } catch (NoSuchFileException e) {
            // Elasticsearch has just removed it, as a copy that it needs no more.
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
