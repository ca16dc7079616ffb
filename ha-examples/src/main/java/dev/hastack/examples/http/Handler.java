package dev.hastack.examples.http;

/** Answers requests, of many threads at once. */
@FunctionalInterface
public interface Handler {

    /**
     * Answers one request.
     *
     * @throws HttpError to be answered with its status and message
     * @throws Exception to be logged, and answered with 500
     */
    Response handle(Request request) throws Exception;
}
