package dev.hastack.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the keys of one command are, in the words of {@code commands.txt}, which says what they mean. Immutable. */
record KeyPositions(List<Part> parts) {
    private static final Pattern TOKEN = Pattern.compile("\\[[^]]*]|\\S+");

    /** One rule of where keys are. */
    interface Part {
        /**
         * Marks them.
         *
         * @throws IllegalArgumentException if nobody can tell, with the reason
         */
        void mark(SentArgs args, byte[] prefix, KeyMarks marks);
    }

    static KeyPositions parse(String text) {
        List<Part> parts = new ArrayList<>();
        Matcher tokens = TOKEN.matcher(text);
        while (tokens.find()) {
            String token = tokens.group();
            if (token.startsWith("[")) {
                parts.add(KeyOptions.parse(token.substring(1, token.length() - 1)));
            } else if (token.startsWith("+")) {
                parts.add(new KeyRestriction(token.substring(1)));
            } else if (token.startsWith("n")) {
                String[] counted = token.substring(1).split("/", -1);
                parts.add(new Counted(
                        Integer.parseInt(counted[0]), counted.length == 1 ? 1 : Integer.parseInt(counted[1])));
            } else if (!token.equals("-")) {
                parts.add(Span.parse(token));
            }
        }
        return new KeyPositions(List.copyOf(parts));
    }

    boolean none() {
        return parts.isEmpty();
    }

    /** Whether its one key is its first argument, as of most commands. */
    boolean first() {
        return parts.size() == 1 && parts.get(0).equals(Span.FIRST);
    }

    KeyMarks marks(SentArgs args, byte[] prefix) {
        KeyMarks marks = new KeyMarks();
        parts.forEach(part -> part.mark(args, prefix, marks));
        return marks;
    }

    /**
     * From one argument to another.
     *
     * @param last counted from the end if negative
     * @param ifAny whether an empty one stays empty, where others are marked behind it
     * @param own whether channels of Redis's own are refused
     */
    record Span(int first, int last, int step, byte kind, boolean ifAny, boolean own) implements Part {
        static final Span FIRST = new Span(1, 1, 1, KeyMarks.KEY, false, false);

        static Span parse(String token) {
            boolean channel = token.startsWith("@");
            boolean ifAny = token.startsWith("?");
            String[] steps = token.replaceFirst("^[@?]*", "").split("/", -1);
            String[] ends = steps[0].split("\\.\\.", -1);
            int first = Integer.parseInt(ends[0]);
            return new Span(
                    first,
                    ends.length == 1 ? first : Integer.parseInt(ends[1]),
                    steps.length == 1 ? 1 : Integer.parseInt(steps[1]),
                    channel ? KeyMarks.CHANNEL : KeyMarks.KEY,
                    ifAny,
                    token.startsWith("@@"));
        }

        @Override
        public void mark(SentArgs args, byte[] prefix, KeyMarks marks) {
            int until = last < 0 ? args.count() + 1 + last : Math.min(last, args.count());
            for (int i = first; i <= until; i += step) {
                if (own && KeyPrefix.isRedissOwn(args.bytes(i))) {
                    throw new IllegalArgumentException("it is about a channel of Redis's own, which is everybody's");
                }
                if (!ifAny || args.length(i) > 0 || !marks.marksFrom(i + 1)) {
                    marks.mark(i, kind);
                }
            }
        }
    }

    /** As many as an argument says, after it. */
    record Counted(int at, int step) implements Part {
        @Override
        public void mark(SentArgs args, byte[] prefix, KeyMarks marks) {
            if (at > args.count()) {
                return;
            }
            String number = new String(args.bytes(at), StandardCharsets.US_ASCII);
            if (!number.matches("-?[0-9]{1,9}")) {
                throw new IllegalArgumentException(
                        "nobody can tell its keys: argument " + at + " is to be their number, and is none");
            }
            int count = Integer.parseInt(number);
            for (int i = 0; i < count && at + 1 + i * step <= args.count(); i++) {
                marks.mark(at + 1 + i * step, KeyMarks.KEY);
            }
        }
    }
}
