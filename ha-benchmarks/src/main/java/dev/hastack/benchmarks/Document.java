package dev.hastack.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A document with places for reports, each between two marks. */
public final class Document {
    private Document() {}

    /** Puts the report in place of what stands between the marks. */
    public static void put(Path document, String begin, String end, String report) throws IOException {
        Files.writeString(document, in(Files.readString(document), document, begin, end, report));
    }

    /** The document's text with the report in it. */
    public static String in(String text, Path document, String begin, String end, String report) {
        int from = text.indexOf(begin);
        int to = text.indexOf(end, from + 1);
        if (from < 0 || to < 0) {
            throw new IllegalArgumentException(document + " has no part between " + begin + " and " + end
                    + "; put these two lines where the report belongs");
        }
        return text.substring(0, from + begin.length()) + "\n" + report + text.substring(to);
    }
}
