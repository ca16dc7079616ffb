package dev.hastack.examples.service;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long a program runs. */
public final class Lifetime {

    /** The system property by which a parent asks its children to end with it. */
    public static final String WITH_PARENT = "examples.end-with-parent";

    private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);

    private Lifetime() {}

    /**
     * Ends this process when the standard input does, if the parent asked for it: the parent holds the other end, and the
     * kernel closes it whatever the parent died of.
     */
    public static void endWithParent() {
        if (!Boolean.getBoolean(WITH_PARENT)) {
            return;
        }
        Thread thread = new Thread(Lifetime::awaitEndOfInput, "parent");
        thread.setDaemon(true);
        thread.start();
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // nothing is said there
            }
        } catch (IOException e) {
            LOG.debug("the standard input broke, as good as its end", e);
        }
        LOG.info("the parent is gone");
        // Not exit: with nobody to serve, there is nothing to drain.
        Runtime.getRuntime().halt(0);
    }
}
