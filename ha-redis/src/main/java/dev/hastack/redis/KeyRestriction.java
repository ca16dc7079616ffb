package dev.hastack.redis;

import java.util.Arrays;

/** What restricts a command to one's own keys, where its caller has not. */
record KeyRestriction(String word) implements KeyPositions.Part {
    @Override
    public void mark(SentArgs args, byte[] prefix, KeyMarks marks) {
        switch (word) {
            case "MATCH" -> {
                if (!marks.marksFrom(2)) {
                    marks.add(word);
                    marks.add(all(prefix));
                }
            }
            case "*" -> {
                if (!marks.marksFrom(2)) {
                    marks.add(all(prefix));
                }
            }
            default -> {
                boolean broadcast = false;
                for (int i = 3; i <= args.count(); i++) {
                    broadcast |= marks.kind(i) == KeyMarks.NONE && args.word(i).equals("BCAST");
                }
                if (broadcast && !marks.marksFrom(3)) {
                    marks.add(word);
                    marks.add(prefix);
                }
            }
        }
    }

    private static byte[] all(byte[] prefix) {
        byte[] pattern = Arrays.copyOf(prefix, prefix.length + 1);
        pattern[prefix.length] = '*';
        return pattern;
    }
}
