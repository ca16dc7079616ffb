package dev.hastack.examples.service;

import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.examples.http.Handler;
import dev.hastack.examples.http.HttpError;
import dev.hastack.examples.http.Request;
import dev.hastack.examples.http.Response;

/**
 * Answers where a store fails, whichever it is: 503 says that nothing was done, and 504 that nobody knows. All of the services' requests
 * may be sent again after either. What a store finds fault with is a mistake of this program, and stays one.
 *
 * @param api what it answers for
 */
record FailureResponses(Handler api) implements Handler {

    @Override
    public Response handle(Request request) throws Exception {
        try {
            return api.handle(request);
        } catch (HttpError e) {
            throw e;
        } catch (Exception e) {
            throw answer(request, e);
        }
    }

    private static Exception answer(Request request, Exception e) {
        if (Schema.isMissing(e)) {
            return new HttpError(503, "the schema is not there yet; an editing server creates it at start", e);
        }
        return StackFailure.of(e)
                .filter(failure -> failure.reason() != Reason.REFUSED)
                .<Exception>map(failure -> answer(request, failure, e))
                .orElse(e);
    }

    private static HttpError answer(Request request, StackFailure failure, Exception e) {
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        String what =
                failure.store() + failure.node().map(node -> " (" + node + ")").orElse("") + ": " + e.getMessage()
                        + "; sending it again is safe";
        return reads || failure.outcome().repeatable()
                ? new HttpError(503, "not done, " + what, e)
                : new HttpError(504, "this may be done or not, " + what, e);
    }
}
