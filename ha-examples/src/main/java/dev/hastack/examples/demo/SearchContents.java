package dev.hastack.examples.demo;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.hastack.examples.content.Article;
import dev.hastack.examples.http.Json;
import dev.hastack.testkit.ElasticsearchCluster;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What Elasticsearch holds, read past all servers and past ha-stack.
 *
 * @param prefix of all indices
 */
record SearchContents(ElasticsearchCluster cluster, String prefix) {

    /** Those of the articles that are not in their index as they are here. */
    List<Article> missing(Collection<Article> articles) {
        Map<String, List<Article>> byPublication =
                articles.stream().collect(Collectors.groupingBy(Article::publication));
        List<Article> missing = new ArrayList<>();
        byPublication.forEach((publication, published) -> {
            Map<String, Long> versions = versions(publication, published);
            published.stream()
                    .filter(article -> versions.getOrDefault(article.id(), 0L) != article.version())
                    .forEach(missing::add);
        });
        return missing;
    }

    private Map<String, Long> versions(String publication, List<Article> articles) {
        String ids = Json.write(Map.of("ids", articles.stream().map(Article::id).toList()));
        String answer;
        try {
            answer = cluster.request("POST", "/" + alias(publication) + "/_mget?_source_includes=version", ids);
        } catch (IllegalStateException e) {
            return Map.of(); // there is no such index
        }
        Map<String, Long> versions = new HashMap<>();
        for (JsonElement each : JsonParser.parseString(answer).getAsJsonObject().getAsJsonArray("docs")) {
            JsonObject found = each.getAsJsonObject();
            if (found.has("_source")) {
                versions.put(
                        found.get("_id").getAsString(),
                        found.getAsJsonObject("_source").get("version").getAsLong());
            }
        }
        return versions;
    }

    /** Has every index show what is in it by now; whether every copy did. */
    boolean refresh() {
        String answer = cluster.request("POST", "/" + prefix + "-*/_refresh", null);
        return JsonParser.parseString(answer)
                        .getAsJsonObject()
                        .getAsJsonObject("_shards")
                        .get("failed")
                        .getAsInt()
                == 0;
    }

    /** Whether two nodes are the whole cluster, by its own word, and every index takes writes. */
    boolean isWritableAtTwoNodes() {
        try {
            String unused = cluster.request(
                    "GET",
                    "/_cluster/health?timeout=1s&master_timeout=1s&wait_for_nodes=2&wait_for_status=yellow",
                    null);
            return true;
        } catch (IllegalStateException | UncheckedIOException e) {
            return false; // 408, or there is no master
        }
    }

    /** Deletes an article from its index. */
    void delete(Article article) {
        cluster.request("DELETE", "/" + index(article.publication()) + "/_doc/" + article.id(), null);
    }

    /** The index that the publication is read from now. */
    String index(String publication) {
        return JsonParser.parseString(cluster.request("GET", "/_alias/" + alias(publication), null))
                .getAsJsonObject()
                .keySet()
                .iterator()
                .next();
    }

    private String alias(String publication) {
        return prefix + "-" + publication + "-read";
    }
}
