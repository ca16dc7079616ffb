package dev.hastack.core.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What may stand under a key: the schema, as a tree that {@link Schema} derives from the records. */
sealed interface Shape {

    /** Whether the rest of a key, by its dots, leads to a value. */
    boolean knows(List<String> rest);

    /** Finds the ids of maps that the rest of a key names, as far as the key is known. */
    void collectIds(List<String> rest, String path, KnownIds ids);

    /** Adds every key below {@code path} that holds a value, with the known ids filled in. */
    void list(String path, KnownIds ids, List<String> keys);

    /**
     * Finds every key below {@code path} that the rest of an environment variable may stand for.
     *
     * @param words how many words of the variable may make an id that is not known
     */
    void match(List<String> tokens, String path, KnownIds ids, int words, List<String> found);

    /**
     * A component of a record.
     *
     * @param name in kebab case
     * @param optional may be absent
     * @param defaultValue as a source would write it
     */
    record Part(String name, Shape shape, boolean optional, Optional<String> defaultValue, String doc) {}

    /**
     * A single value, or a list of them.
     *
     * @param defaultPort of an address that names none
     * @param readable what is looked at of a file that has to be there
     */
    record Leaf(Class<?> type, boolean list, int defaultPort, Optional<FileCheck> readable) implements Shape {
        @Override
        public boolean knows(List<String> rest) {
            return rest.isEmpty();
        }

        @Override
        public void collectIds(List<String> rest, String path, KnownIds ids) {}

        @Override
        public void list(String path, KnownIds ids, List<String> keys) {
            keys.add(path);
        }

        @Override
        public void match(List<String> tokens, String path, KnownIds ids, int words, List<String> found) {
            if (tokens.isEmpty()) {
                found.add(path);
            }
        }
    }

    /**
     * A record.
     *
     * @param parts its components, in their order
     * @param further keys that are not components: the file of a secret, say
     */
    record Group(Class<? extends Record> type, List<Part> parts, List<Part> further) implements Shape {
        private static final Pattern INDEX = Pattern.compile("\\[(0|[1-9]\\d{0,3})]");

        /** The components, and what else may stand below. */
        List<Part> all() {
            List<Part> all = new ArrayList<>(parts);
            all.addAll(further);
            return all;
        }

        /** The default of the component that {@code key} leads to, if it has one. */
        Optional<String> defaultOf(String key) {
            String[] path = key.split("\\.", 2);
            return parts.stream()
                    .filter(part -> part.name.equals(path[0]))
                    .findFirst()
                    .flatMap(part -> path.length == 2 && part.shape instanceof Group below
                            ? below.defaultOf(path[1])
                            : part.defaultValue);
        }

        @Override
        public boolean knows(List<String> rest) {
            return !rest.isEmpty() && (knows(parts, rest) || knows(further, rest));
        }

        private static boolean knows(List<Part> parts, List<String> rest) {
            for (Part part : parts) {
                if (names(part, rest.get(0)) && part.shape.knows(rest.subList(1, rest.size()))) {
                    return true;
                }
            }
            return false;
        }

        /** An element's number has no zero before it: one of two ways to write it would be lost. */
        private static boolean names(Part part, String segment) {
            if (part.shape instanceof Leaf leaf && leaf.list && segment.endsWith("]")) {
                return segment.startsWith(part.name + "[")
                        && INDEX.matcher(segment.substring(part.name.length())).matches();
            }
            return part.name.equals(segment);
        }

        @Override
        public void collectIds(List<String> rest, String path, KnownIds ids) {
            if (!rest.isEmpty()) {
                all().stream()
                        .filter(part -> part.name.equals(rest.get(0)))
                        .forEach(part ->
                                part.shape.collectIds(rest.subList(1, rest.size()), path + "." + part.name, ids));
            }
        }

        @Override
        public void list(String path, KnownIds ids, List<String> keys) {
            all().forEach(part -> part.shape.list(path + "." + part.name, ids, keys));
        }

        @Override
        public void match(List<String> tokens, String path, KnownIds ids, int words, List<String> found) {
            for (Part part : all()) {
                EnvironmentNames.rest(tokens, part.name)
                        .ifPresent(rest -> part.shape.match(rest, path + "." + part.name, ids, words, found));
            }
        }
    }

    /**
     * A map.
     *
     * @param of what stands under each id
     * @param ids what ids look like
     */
    record Entries(Shape of, String ids) implements Shape {
        @Override
        public boolean knows(List<String> rest) {
            return !rest.isEmpty() && !id(rest).isEmpty() && of.knows(below(rest));
        }

        @Override
        public void collectIds(List<String> rest, String path, KnownIds known) {
            if (!rest.isEmpty()) {
                known.add(path, id(rest));
                of.collectIds(below(rest), path + "." + id(rest), known);
            }
        }

        @Override
        public void list(String path, KnownIds known, List<String> keys) {
            known.at(path).forEach(id -> of.list(path + "." + id, known, keys));
        }

        @Override
        public void match(List<String> tokens, String path, KnownIds known, int words, List<String> found) {
            for (String id : known.at(path)) {
                EnvironmentNames.rest(tokens, id)
                        .ifPresent(rest -> of.match(rest, path + "." + id, known, words, found));
            }
            for (int n = 1; n <= Math.min(words, tokens.size()); n++) {
                String id = String.join("-", tokens.subList(0, n));
                if (id.matches(Ids.NODE)) {
                    of.match(tokens.subList(n, tokens.size()), path + "." + id, known, words, found);
                }
            }
        }

        /** The id of a single value may hold dots, since nothing stands below it. */
        private String id(List<String> rest) {
            return of instanceof Leaf ? String.join(".", rest) : rest.get(0);
        }

        private List<String> below(List<String> rest) {
            return of instanceof Leaf ? List.of() : rest.subList(1, rest.size());
        }
    }
}
