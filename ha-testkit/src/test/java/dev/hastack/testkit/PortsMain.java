package dev.hastack.testkit;

import java.io.IOException;

/** Prints so many ports, and lives until its input ends. */
public final class PortsMain {
    private PortsMain() {}

    public static void main(String[] arguments) throws IOException {
        for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
            System.out.println(Ports.free());
        }
        while (System.in.read() >= 0) {
            // Its ports are its own as long as it lives.
        }
    }
}
