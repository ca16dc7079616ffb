package dev.hastack.examples;

import dev.hastack.examples.service.ServiceProgram;

/** Gives everybody what is published: a service of the delivery stack. Listens on {@code PORT}, by default 8081. */
public final class DeliveryServer {

    private DeliveryServer() {}

    /** Runs until the process ends. */
    public static void main(String[] args) {
        ServiceProgram.delivery();
    }
}
