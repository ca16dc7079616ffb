package dev.hastack.elasticsearch.publication;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A process of its own that rebuilds, says when it has come to a point of that, and stays there until it is killed. */
final class KilledRebuild {
    static final int ARTICLES = 300;

    private KilledRebuild() {}

    /**
     * Rebuilds until there.
     *
     * @param args the phase, then the settings as {@code name=value}
     */
    public static void main(String[] args) throws Exception {
        RebuildProgress.Phase phase = RebuildProgress.Phase.valueOf(args[0]);
        Map<String, String> settings = Arrays.stream(args)
                .skip(1)
                .map(setting -> setting.split("=", 2))
                .collect(Collectors.toMap(setting -> setting[0], setting -> setting[1]));
        boolean copying = phase == RebuildProgress.Phase.COPYING;
        try (Instance process = Instance.open(settings)) {
            RebuildResult unused = process.publication("news")
                    .rebuild(Rebuild.of(
                                    () -> IntStream.range(0, ARTICLES)
                                            .boxed()
                                            .peek(article -> stay(copying && article == ARTICLES / 2, phase)),
                                    article -> "a" + article,
                                    article -> new Article("Old", 0))
                            .withListener(progress -> stay(!copying && progress.phase() == phase, phase)));
        }
    }

    @SuppressWarnings("SystemOut") // It is how its parent hears of it.
    private static void stay(boolean here, RebuildProgress.Phase phase) {
        if (!here) {
            return;
        }
        try {
            System.out.println("AT " + phase);
            int unused = System.in.read();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
