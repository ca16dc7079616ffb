package dev.hastack.examples.demo;

/** What a scene shows of the promises. */
enum Verdict {
    KEPT("kept"),
    /** Nothing was broken, and too little was seen to say that all was kept. */
    TOO_LITTLE("too little to judge"),
    BROKEN("BROKEN");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
