package dev.hastack.elasticsearch.publication;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What indices and aliases are called. No two publications make one name: an id is followed by a suffix, and none of the
 * suffixes ends in another.
 *
 * @param prefix of all names
 */
record Names(String prefix) {
    /** Elasticsearch's limit on the name of an index, in bytes. */
    private static final int LONGEST = 255;

    private static final String LONGEST_SUFFIX = "-000000-kept";
    private static final String RESERVED = "shared";
    private static final Pattern PUBLICATION = Pattern.compile("[a-z0-9-]+");
    private static final Pattern MARK = Pattern.compile("(.+)-(\\d{6})-(next|swap)");
    private static final int LAST = 999_999;

    /** @throws IllegalArgumentException if {@code publication} cannot be part of the name of an index */
    String checked(String publication) {
        if (!PUBLICATION.matcher(publication).matches()) {
            String lower = publication.toLowerCase(Locale.ROOT);
            throw new IllegalArgumentException("publication '" + publication
                    + "': expected an id of lower-case letters, digits and hyphens ([a-z0-9-]+)"
                    + (PUBLICATION.matcher(lower).matches()
                            ? "; '" + lower + "' is one, and ids that differ only in case would share its index"
                            : ""));
        }
        if (publication.equals(RESERVED)) {
            throw new IllegalArgumentException("publication '" + publication
                    + "': expected another id; this one names the index that small publications share");
        }
        int bytes = (prefix + "-" + publication + LONGEST_SUFFIX).getBytes(StandardCharsets.UTF_8).length;
        if (bytes > LONGEST) {
            throw new IllegalArgumentException("publication '" + publication + "': expected an id that is "
                    + (bytes - LONGEST)
                    + " bytes shorter; with the prefix '" + prefix + "' and a suffix it would exceed the " + LONGEST
                    + " bytes that Elasticsearch allows");
        }
        return publication;
    }

    /** What is read. */
    String read(String publication) {
        return prefix + "-" + publication + "-read";
    }

    /** What is written. */
    String write(String publication) {
        return prefix + "-" + publication + "-write";
    }

    /** All names of a publication, and of those whose ids begin with its id. */
    String pattern(String publication) {
        return prefix + "-" + publication + "-*";
    }

    /** One generation: an index, or in the shared layout an alias. */
    String generation(String publication, int number) {
        if (number > LAST) {
            throw new IllegalStateException("publication '" + publication + "' has had " + LAST + " generations");
        }
        return "%s-%s-%06d".formatted(prefix, publication, number);
    }

    /** What says that a generation is being filled. */
    String next(String publication, int number) {
        return generation(publication, number) + "-next";
    }

    /** What says that users' aliases have just been moved to a generation, until every node of the cluster knows it. */
    String swap(String publication, int number) {
        return generation(publication, number) + "-swap";
    }

    /** What is being filled, or has just become the present generation, of all publications. */
    String marks() {
        return prefix + "-*-next," + prefix + "-*-swap";
    }

    /** What says that a generation is kept, to roll back to. */
    String kept(String publication, int number) {
        return generation(publication, number) + "-kept";
    }

    /** One of the two shared indices: a publication's generations alternate between them. */
    String shared(int number) {
        return "%s-%s-%06d".formatted(prefix, RESERVED, number % 2 == 1 ? 1 : 2);
    }

    boolean isShared(String index) {
        return index.equals(shared(1)) || index.equals(shared(2));
    }

    /** Who rebuilds what, and what was deleted meanwhile. */
    String rebuilds() {
        return prefix + "-rebuilds";
    }

    /** The number of the generation that {@code name} is, or marks as {@code -next} or {@code -kept}. */
    OptionalInt number(String publication, String name, String suffix) {
        String start = prefix + "-" + publication + "-";
        if (!name.startsWith(start) || !name.endsWith(suffix)) {
            return OptionalInt.empty();
        }
        String digits = name.substring(start.length(), Math.max(start.length(), name.length() - suffix.length()));
        return digits.matches("\\d{6}") ? OptionalInt.of(Integer.parseInt(digits)) : OptionalInt.empty();
    }

    /**
     * What an alias of {@code index} marks, if it does.
     *
     * @param as {@code next} or {@code swap}
     */
    Optional<Generation> marked(String alias, String index, String as) {
        Matcher matcher = MARK.matcher(alias);
        return matcher.matches()
                        && matcher.group(3).equals(as)
                        && matcher.group(1).startsWith(prefix + "-")
                ? Optional.of(new Generation(
                        this,
                        matcher.group(1).substring(prefix.length() + 1),
                        Integer.parseInt(matcher.group(2)),
                        index,
                        isShared(index)))
                : Optional.empty();
    }
}
