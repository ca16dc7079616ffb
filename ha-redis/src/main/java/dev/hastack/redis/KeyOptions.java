package dev.hastack.redis;

import java.util.HashMap;
import java.util.Map;

/**
 * Words, some of which are followed by keys. Immutable.
 *
 * @param words what follows each
 */
record KeyOptions(int from, Map<String, Follows> words) implements KeyPositions.Part {
    /**
     * @param keys how many keys; -1 for all until the end, -2 for the first half of them
     * @param others how many other arguments
     * @param notHash whether a {@code #} is no key
     */
    record Follows(int keys, int others, boolean notHash) {}

    static KeyOptions parse(String text) {
        String[] tokens = text.split(" ", -1);
        Map<String, Follows> words = new HashMap<>();
        for (int i = 1; i < tokens.length; i++) {
            String[] parts = tokens[i].split("(?=[~*/+])", 2);
            words.put(parts[0], parts.length == 1 ? new Follows(1, 0, false) : follows(parts[1]));
        }
        return new KeyOptions(Integer.parseInt(tokens[0]), Map.copyOf(words));
    }

    private static Follows follows(String text) {
        return switch (text) {
            case "~" -> new Follows(1, 0, true);
            case "*" -> new Follows(-1, 0, false);
            case "*2" -> new Follows(-2, 0, false);
            default -> {
                int count = Integer.parseInt(text.substring(1));
                yield text.startsWith("+") ? new Follows(count, 0, false) : new Follows(0, count, false);
            }
        };
    }

    @Override
    public void mark(SentArgs args, byte[] prefix, KeyMarks marks) {
        for (int i = from; i <= args.count(); i++) {
            Follows follows = words.get(args.word(i));
            if (follows != null) {
                int left = args.count() - i;
                int keys = follows.keys() < 0 ? left / -follows.keys() : Math.min(follows.keys(), left);
                for (int key = i + 1; key <= i + keys; key++) {
                    if (!follows.notHash() || !args.word(key).equals("#")) {
                        marks.mark(key, KeyMarks.KEY);
                    }
                }
                i += follows.keys() < 0 ? left : keys + follows.others();
            }
        }
    }
}
