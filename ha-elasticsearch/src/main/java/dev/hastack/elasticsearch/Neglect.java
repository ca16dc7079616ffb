package dev.hastack.elasticsearch;

import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells a node that keeps its callers waiting from callers that give it less time than answers take. What these give up is no failure of
 * the node by itself; it is one if the node has answered nobody since the first of them was sent, while others were answered. Moments are
 * those of {@link System#nanoTime()}. Thread-safe.
 */
final class Neglect {
    /** So many answers show that it is not the network, nor this machine, that takes the time. */
    private static final int OTHERS = 5;

    private final ReentrantLock lock = new ReentrantLock();
    private boolean began;
    private long since;
    private long answersThen;

    /**
     * A request was given up.
     *
     * @param sentAt when it was sent
     * @param answeredAt when the node has answered a caller last; empty if it has answered none
     * @param answers how many requests all nodes have answered by now
     * @return whether that counts against the node
     */
    boolean shown(long sentAt, OptionalLong answeredAt, long answers) {
        lock.lock();
        try {
            if (!began || (answeredAt.isPresent() && answeredAt.getAsLong() - since >= 0)) {
                began = true;
                since = sentAt;
                answersThen = answers;
                return false;
            }
            return answers - answersThen >= OTHERS;
        } finally {
            lock.unlock();
        }
    }
}
