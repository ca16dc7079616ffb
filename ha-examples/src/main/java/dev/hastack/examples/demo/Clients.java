package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.http.Balancer;
import dev.hastack.examples.http.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one client of each kind does in one turn. A write that failed may have happened or not, so it is not acknowledged,
 * and it is sent again with the same id and version until it is, or the load ends. A read that failed has failed.
 */
final class Clients {

    private static final Logger LOG = LoggerFactory.getLogger(Clients.class);
    private static final int LISTING_EVERY = 20;
    private static final int NEWS_EVERY = 4;
    private static final int SEARCH_EVERY = 3;
    /** More than WordNet has in any publication: sixteen of its adjectives are called hot. */
    private static final int NAMESAKES = 50;

    private static final int NOTHING_DONE = 503;
    private static final Set<Integer> DONE = Set.of(200, 201, 202);
    private static final long BEFORE_RETRY_MILLIS = 20;
    private static final Duration LONG_FOR_A_JOB = Duration.ofMillis(500);
    private static final int LARGEST_STEP = 8;

    private final Balancer editors;
    private final Balancer editing;
    private final Balancer delivery;
    private final Supplier<Article> fresh;
    private final List<Article> editable;
    private final Shelf shelf;
    private final Queue<Promise> unconfirmed = new ConcurrentLinkedQueue<>();
    private final Queue<Promise> passed = new ArrayDeque<>();
    private int step = 1;
    private final News news;
    private final Recorder recorder;
    private final BooleanSupplier stopped;

    /**
     * Clients that reach the platform through these balancers.
     *
     * @param fresh articles that nobody has saved yet
     * @param editable articles that an editor may change, and nobody publishes again
     * @param shelf what readers ask for
     * @param news of which the delivery stack has an edition
     */
    Clients(
            Balancer editors,
            Balancer editing,
            Balancer delivery,
            Supplier<Article> fresh,
            List<Article> editable,
            Shelf shelf,
            News news,
            Recorder recorder,
            BooleanSupplier stopped) {
        this.editors = editors;
        this.editing = editing;
        this.delivery = delivery;
        this.fresh = fresh;
        this.editable = editable;
        this.shelf = shelf;
        this.news = news;
        this.recorder = recorder;
        this.stopped = stopped;
    }

    /** Saves an article and publishes it. */
    void write() throws InterruptedException {
        publish(fresh.get()).ifPresent(unconfirmed::add);
    }

    /**
     * Waits until the publication of an article is over, so that readers will ask for it. Jobs are done about in the order in which they
     * are enqueued, and faster than they can be asked for one by one: so it goes on in larger steps while they are done, and sees soon
     * when they stand still. What it leaves out, or takes long, comes when there is nothing newer. For one thread.
     */
    void proofread() throws InterruptedException {
        for (int i = 1; i < step && unconfirmed.size() > 1; i++) {
            passed.add(unconfirmed.remove());
        }
        Promise newer = unconfirmed.poll();
        Promise promise = newer == null ? passed.poll() : newer;
        if (promise == null) {
            return;
        }
        if (isPublished(promise, () -> !unconfirmed.isEmpty())) {
            shelf.add(promise.article());
            step = Math.min(LARGEST_STEP, 2 * step);
        } else {
            passed.add(promise);
            step = 1;
        }
    }

    /** Saves and publishes the next edition of the news. */
    void report() throws InterruptedException {
        Article edition = news.next();
        Optional<Promise> promise = publish(edition);
        if (promise.isPresent() && isPublished(promise.get(), () -> false)) {
            news.published(edition);
        }
    }

    private Optional<Promise> publish(Article article) throws InterruptedException {
        if (!save(editing, "", article) || !until(editing, "POST", article.path() + "/publish", "", () -> {})) {
            return Optional.empty();
        }
        return Optional.of(new Promise(article, recorder.publishing(article)));
    }

    /**
     * Asks until it is; false when the load ended before. That it is not yet, or that nobody can tell, is no failure.
     *
     * @param others whether there are others to be asked for when this one takes long
     */
    private boolean isPublished(Promise promise, BooleanSupplier others) throws InterruptedException {
        Article article = promise.article();
        long begin = System.nanoTime();
        while (true) {
            try {
                recorder.requested();
                HttpResponse<String> answer = editing.send("GET", article.path() + "/publication", "");
                if (answer.statusCode() == 200
                        && Json.read(answer.body(), Publication.class).version() >= article.version()) {
                    recorder.jobDone(promise.number());
                    return true;
                }
            } catch (IOException e) {
                LOG.info("whether {} is published is not known: {}", article.path(), e.toString());
            }
            boolean late = System.nanoTime() - begin > LONG_FOR_A_JOB.toNanos();
            if (stopped.getAsBoolean() || (late && others.getAsBoolean())) {
                return false;
            }
            Thread.sleep(BEFORE_RETRY_MILLIS);
        }
    }

    /** Reads a published article, and looks at what it got; now and then a list of them, or the news. */
    void read() throws InterruptedException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        Article article = shelf.any();
        if (random.nextInt(SEARCH_EVERY) == 0) {
            search(shelf.anySearchable());
        } else if (random.nextInt(NEWS_EVERY) == 0) {
            readNews();
        } else if (random.nextInt(LISTING_EVERY) == 0) {
            read(delivery, "/publications/" + article.publication() + "/articles", "\"id\"");
        } else {
            read(delivery, article.route(), Json.write(article));
        }
    }

    static String searchFor(Article article) {
        return "/publications/" + article.publication() + "/search?limit=" + NAMESAKES + "&q="
                + URLEncoder.encode(article.title(), StandardCharsets.UTF_8);
    }

    /** Searches for an article by its title, and looks whether it is found. */
    private void search(Article article) throws InterruptedException {
        String path = searchFor(article);
        Got got = get(delivery, path, "\"" + article.id() + "\"");
        if (got.good()) {
            recorder.found();
        } else {
            recorder.searchFailed(article.publication(), failure("GET", path, got.body()));
        }
    }

    private void readNews() throws InterruptedException {
        long askedAt = System.nanoTime();
        String got = read(delivery, news.route(), news.next().id());
        if (!got.isEmpty()) {
            recorder.wasSuperseded(news.age(Json.read(got, Article.class), askedAt));
        }
    }

    /** Opens the editor, loads an article into it, changes and saves it. */
    void edit() throws InterruptedException {
        read(editors, "/", "<title>Editor</title>");
        Article article = editable.get(ThreadLocalRandom.current().nextInt(editable.size()));
        String loaded = read(editors, "/api" + article.path(), article.id());
        if (!loaded.isEmpty()) {
            Article draft = Json.read(loaded, Article.class);
            save(editors, "/api", draft.revised(article.body() + " (revision " + draft.version() + ")"));
        }
    }

    private boolean save(Balancer to, String prefix, Article article) throws InterruptedException {
        boolean saved =
                until(to, "PUT", prefix + article.path(), Json.write(article), () -> recorder.savedOrNot(article));
        if (saved) {
            recorder.saved(article);
        }
        return saved;
    }

    /**
     * Sends it until it is answered with success; false when the load ended before.
     *
     * @param unknown what to do when nobody knows whether it happened
     */
    private boolean until(Balancer to, String method, String path, String body, Runnable unknown)
            throws InterruptedException {
        while (true) {
            String problem;
            try {
                recorder.requested();
                HttpResponse<String> answer = to.send(method, path, body);
                if (DONE.contains(answer.statusCode())) {
                    return true;
                }
                problem = answer.statusCode() + " " + answer.body();
                if (answer.statusCode() >= 500 && answer.statusCode() != NOTHING_DONE) {
                    unknown.run();
                }
            } catch (IOException e) {
                problem = e.toString();
                unknown.run();
            }
            recorder.writeFailed(failure(method, path, problem));
            if (stopped.getAsBoolean()) {
                return false;
            }
            Thread.sleep(BEFORE_RETRY_MILLIS);
        }
    }

    /** What was read; empty when it failed or is not what it should be. */
    private String read(Balancer from, String path, String expected) throws InterruptedException {
        Got got = get(from, path, expected);
        if (got.good()) {
            recorder.wasRead();
            return got.body();
        }
        recorder.readFailed(failure("GET", path, got.body()));
        return "";
    }

    /** In words, and logged. */
    private static String failure(String method, String path, String problem) {
        String failure = method + " " + path + ": " + problem;
        LOG.warn("failed: {}", failure);
        return failure;
    }

    private Got get(Balancer from, String path, String expected) throws InterruptedException {
        try {
            recorder.requested();
            HttpResponse<String> answer = from.send("GET", path, "");
            return answer.statusCode() == 200 && answer.body().contains(expected)
                    ? new Got(true, answer.body())
                    : new Got(false, answer.statusCode() + " " + answer.body());
        } catch (IOException e) {
            return new Got(false, e.toString());
        }
    }

    /**
     * What came of a request.
     *
     * @param body of a good answer, or what is wrong
     */
    private record Got(boolean good, String body) {}

    /**
     * An article that is to be published.
     *
     * @param number that of the promise
     */
    private record Promise(Article article, long number) {}

    /** What is published of an article. */
    private record Publication(long version) {}
}
