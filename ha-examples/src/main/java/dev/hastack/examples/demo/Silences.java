package dev.hastack.examples.demo;

import java.time.Duration;

/**
 * The longest times without a good answer.
 *
 * @param writes in which no save was acknowledged
 * @param publications in which no publication was
 * @param reads in which no reader had an answer
 * @param searches in which nothing was found
 * @param jobs in which no article was seen published that was enqueued later than all that had been
 */
record Silences(Duration writes, Duration publications, Duration reads, Duration searches, Duration jobs) {}
