package dev.hastack.examples;

import dev.hastack.examples.demo.DemoProgram;

/** The demo: a whole platform on this machine, under load, with faults. {@code ./demo --help} says more. */
public final class Demo {

    private Demo() {}

    /** Plays the scenes, and ends the process with 0 when each kept its promise, 1 when not, 2 for wrong options. */
    public static void main(String[] args) {
        System.exit(DemoProgram.run(System.out, System.err, args));
    }
}
