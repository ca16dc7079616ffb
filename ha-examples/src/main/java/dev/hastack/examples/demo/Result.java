package dev.hastack.examples.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What the clients saw in one scene.
 *
 * @param scene the scene
 * @param requests all that were sent
 * @param writeFailures those of the editing stack without a good answer, and why; each was sent again until it had one
 * @param readFailures those of the delivery stack without a good answer, and why
 * @param searchFailures searches that failed or did not find what is published, and why, but for those of a publication that was
 *     broken
 * @param acknowledged articles whose save was answered with 200 or 201
 * @param wanted of these; fewer would prove too little
 * @param lost acknowledged articles that the primary does not have any more, as they were saved
 * @param strays articles that an old primary took by itself, though no client was told that nobody knows
 * @param promised articles whose publication was acknowledged
 * @param unpublished those of them that were not published in the end
 * @param unrouted published articles to which no route on the Redis primary led in the end
 * @param unfound published articles that their search index did not have in the end
 * @param silences the longest times without a good answer
 * @param oldestRead the longest time for which an article that a reader got had been superseded
 * @param writesAfterFault saves or publications, whichever is less, that were acknowledged after a primary was there again,
 *     when the scene took it away
 * @param falseAlarms what the servers' logs warned of in a scene in which nothing was wrong
 * @param held the worst time of each kind of callers in which they were held
 * @param delay the worst that this machine delayed a thread meanwhile
 * @param missing why the scene could not show what it is for; empty when it could
 */
record Result(
        Scene scene,
        int requests,
        List<String> writeFailures,
        List<String> readFailures,
        List<String> searchFailures,
        int acknowledged,
        int wanted,
        List<String> lost,
        List<String> strays,
        int promised,
        List<String> unpublished,
        List<String> unrouted,
        List<String> unfound,
        Silences silences,
        Duration oldestRead,
        OptionalInt writesAfterFault,
        List<String> falseAlarms,
        List<Held> held,
        Duration delay,
        List<String> missing) {

    /** As much of a failure as names its cause. */
    private static final int TELLING = 400;

    Result {
        writeFailures = List.copyOf(writeFailures);
        readFailures = List.copyOf(readFailures);
        searchFailures = List.copyOf(searchFailures);
        lost = List.copyOf(lost);
        strays = List.copyOf(strays);
        unpublished = List.copyOf(unpublished);
        unrouted = List.copyOf(unrouted);
        unfound = List.copyOf(unfound);
        falseAlarms = List.copyOf(falseAlarms);
        held = List.copyOf(held);
        missing = List.copyOf(missing);
    }

    int failures() {
        return writeFailures.size() + readFailures.size() + searchFailures.size();
    }

    /** How many articles were published in the end, of those whose publication was acknowledged. */
    int published() {
        return promised - unpublished.size();
    }

    /** The promises that were broken, in words; empty when the scene kept them all. */
    List<String> broken() {
        List<String> broken = new ArrayList<>();
        if (!lost.isEmpty()) {
            broken.add("lost " + lost.size() + " acknowledged article(s): " + some(lost));
        }
        if (!strays.isEmpty()) {
            broken.add(
                    "an old primary took " + strays.size() + " article(s) behind its clients' backs: " + some(strays));
        }
        if (!unpublished.isEmpty()) {
            broken.add(unpublished.size() + " article(s) whose publication was acknowledged are not published: "
                    + some(unpublished));
        }
        if (!unrouted.isEmpty()) {
            broken.add(unrouted.size() + " published article(s) without a route: " + some(unrouted));
        }
        if (!unfound.isEmpty()) {
            broken.add(unfound.size() + " published article(s) that cannot be searched: " + some(unfound));
        }
        if (!readFailures.isEmpty()) {
            broken.add(readFailures.size() + " read(s) failed: " + first(readFailures));
        }
        if (!searchFailures.isEmpty()) {
            broken.add(searchFailures.size() + " search(es) failed: " + first(searchFailures));
        }
        if (oldestRead.compareTo(Platform.MAX_LAG.plus(Platform.LATENESS).plus(delay)) > 0) {
            broken.add("a reader got an article that had been superseded for " + oldestRead.toMillis()
                    + " ms; more than " + Platform.MAX_LAG.toMillis() + " ms are too many");
        }
        if (!writeFailures.isEmpty() && scene.sparesPrimary()) {
            broken.add(writeFailures.size() + " write(s) failed although the primary lived: " + first(writeFailures));
        }
        if (writesAfterFault.orElse(1) == 0) {
            broken.add("writes did not resume after the promotion");
        }
        held.stream().filter(Held::isTooLong).map(Held::complaint).forEach(broken::add);
        if (!falseAlarms.isEmpty()) {
            broken.add(falseAlarms.size() + " false alarm(s): " + first(falseAlarms));
        }
        return broken;
    }

    /** Why this proves too little, in words, even if nothing was broken; empty when it proves enough. */
    List<String> tooLittle() {
        List<String> reasons = new ArrayList<>(missing);
        if (acknowledged < wanted) {
            reasons.add("only " + acknowledged + " articles were acknowledged, and " + wanted + " are wanted");
        }
        return reasons;
    }

    Verdict verdict() {
        if (!broken().isEmpty()) {
            return Verdict.BROKEN;
        }
        return tooLittle().isEmpty() ? Verdict.KEPT : Verdict.TOO_LITTLE;
    }

    boolean kept() {
        return verdict() == Verdict.KEPT;
    }

    /** The verdict, and what it is for. */
    String judgement() {
        Verdict verdict = verdict();
        return switch (verdict) {
            case KEPT -> verdict.toString();
            case TOO_LITTLE -> verdict + ": " + String.join("; ", tooLittle());
            case BROKEN -> verdict + ": " + String.join("; ", broken());
        };
    }

    /** What is known of a scene that could not be played, or not be judged. */
    static Result unknown(Scene scene, String why) {
        Duration none = Duration.ZERO;
        return new Result(
                scene,
                0,
                List.of(),
                List.of(),
                List.of(),
                0,
                0,
                List.of(),
                List.of(),
                0,
                List.of(),
                List.of(),
                List.of(),
                new Silences(none, none, none, none, none),
                none,
                OptionalInt.empty(),
                List.of(),
                List.of(),
                none,
                List.of(why));
    }

    private static String first(List<String> failures) {
        String first = failures.get(0);
        return first.length() > TELLING ? first.substring(0, TELLING) + "…" : first;
    }

    private static String some(List<String> all) {
        return String.join(", ", all.subList(0, Math.min(5, all.size()))) + (all.size() > 5 ? ", …" : "");
    }
}
