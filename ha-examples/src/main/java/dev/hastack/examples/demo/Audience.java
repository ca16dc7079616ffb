package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.content.WordNet;
import dev.hastack.examples.http.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The clients of all scenes, and the articles of WordNet that they save and read. */
final class Audience {

    /**
     * So many of WordNet's, the largest ones: each has an index, and to make one costs a small machine a second, for which nobody who
     * wants to see a demo likes to wait.
     */
    static final int PUBLICATIONS = 12;

    private static final int PUBLISHED = 60;

    /**
     * Elasticsearch refreshes once a second, but keeps no promise about it: one thread of each node does it for dozens of indices,
     * and on a machine with too much to do that has taken more than five seconds.
     */
    private static final Duration REFRESHED = Duration.ofSeconds(30);

    /**
     * So many that each server and each node has had some. The first one in a JVM loads the classes for it, which takes half a
     * second, and several if the machine is busy.
     */
    private static final int FIRST_SEARCHES = 30;

    private static final Duration PREPARATION = Duration.ofMinutes(3);

    private final Platform platform;
    private final List<Article> published;
    private final Shelf shelf;
    private final News news;
    private final List<Article> fresh;
    private final AtomicInteger next = new AtomicInteger();

    private Audience(Platform platform, List<Article> articles) {
        this.platform = platform;
        this.published = articles.subList(0, PUBLISHED);
        this.shelf = new Shelf(published, Platform.MAX_LAG.plus(Platform.LATENESS), REFRESHED, System::nanoTime);
        this.news = new News(articles.get(PUBLISHED), System::nanoTime);
        this.fresh = articles.subList(PUBLISHED + 1, articles.size());
    }

    /** Publishes what readers will read, and returns when the delivery stack has it. */
    static Audience prepare(Platform platform, Consumer<String> status) throws IOException, InterruptedException {
        status.accept("reading WordNet");
        List<Article> articles = inOrder(WordNet.articles());
        Audience audience = new Audience(platform, articles);
        status.accept("publishing the first " + PUBLISHED + " of " + articles.size() + " articles");
        audience.publish();
        return audience;
    }

    /**
     * Those of the largest publications, mixed, and the same in every run. One of each publication is first: their indices are made before a scene begins, since a
     * cluster that makes dozens of them is too busy to be the measure of anything.
     */
    private static List<Article> inOrder(List<Article> articles) {
        Set<String> largest = articles.stream()
                .collect(Collectors.groupingBy(Article::publication, Collectors.counting()))
                .entrySet()
                .stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(PUBLICATIONS)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        List<Article> mixed = articles.stream()
                .filter(article -> largest.contains(article.publication()))
                .collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(mixed, new Random(31));
        Set<String> publications = new HashSet<>();
        List<Article> first = new ArrayList<>();
        List<Article> others = new ArrayList<>();
        mixed.forEach(article -> (publications.add(article.publication()) ? first : others).add(article));
        first.addAll(others);
        return first;
    }

    private void publish() throws IOException, InterruptedException {
        publish(news.next());
        for (Article article : published) {
            publish(article);
        }
        Deadline deadline = new Deadline(PREPARATION);
        awaitDelivery(news.route(), deadline);
        for (Article article : published) { // the jobs of several servers end in any order
            awaitDelivery(article.route(), deadline);
        }
        refresh();
        for (Article article : published.subList(PUBLISHED - FIRST_SEARCHES, PUBLISHED)) {
            awaitFound(article, deadline);
        }
    }

    /** From here on every copy of each index shows what was confirmed before, unless it is one that could not be asked. */
    private void refresh() {
        if (platform.stores().searchContents().refresh()) {
            shelf.refreshed();
        }
    }

    private void awaitFound(Article article, Deadline deadline) throws IOException, InterruptedException {
        String path = Clients.searchFor(article);
        while (!platform.delivery().send("GET", path, "").body().contains("\"" + article.id() + "\"")) {
            deadline.pause("the delivery stack does not find " + path);
        }
    }

    private void awaitDelivery(String route, Deadline deadline) throws IOException, InterruptedException {
        while (platform.delivery().send("GET", route, "").statusCode() != 200) {
            deadline.pause("the delivery stack has not got " + route);
        }
    }

    private void publish(Article article) throws IOException, InterruptedException {
        expectSuccess(platform.editing().send("PUT", article.path(), Json.write(article)));
        expectSuccess(platform.editing().send("POST", article.path() + "/publish", ""));
    }

    private static void expectSuccess(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() >= 300) {
            throw new IOException("an editing server answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    News news() {
        return news;
    }

    /** Sets the clients to work: four writers, four readers, one editor, one who publishes the news, and one who proofreads. */
    Load work(Recorder recorder) {
        refresh();
        Load load = new Load();
        Clients clients = new Clients(
                platform.editors(),
                platform.editing(),
                platform.delivery(),
                () -> fresh.get(Math.floorMod(next.getAndIncrement(), fresh.size())),
                published,
                shelf,
                news,
                recorder,
                load::stopped);
        load.start("writer", 4, Duration.ofMillis(50), clients::write);
        load.start("reader", 4, Duration.ofMillis(50), clients::read);
        load.start("editor", 1, Duration.ofMillis(100), clients::edit);
        load.start("proofreader", 1, Duration.ofMillis(50), clients::proofread);
        load.start("newsroom", 1, Duration.ofMillis(50), clients::report);
        return load;
    }
}
