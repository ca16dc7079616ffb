package dev.hastack.elasticsearch.publication;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What there is of a publication, as its aliases say.
 *
 * @param current what is read
 * @param written whether the alias for writes is where the one for reads is
 * @param next what is being filled, or was when its process died
 * @param kept the earlier ones, the newest first
 */
record Generations(Optional<Generation> current, boolean written, Optional<Generation> next, List<Generation> kept) {

    /**
     * @param aliases names of aliases, by index; what is not of the publication is passed over
     * @throws PublicationException if the aliases contradict each other
     */
    static Generations of(Names names, String publication, Map<String, Set<String>> aliases) {
        List<Generation> current = new ArrayList<>();
        List<Generation> next = new ArrayList<>();
        List<Generation> kept = new ArrayList<>();
        List<String> written = new ArrayList<>();
        aliases.forEach((index, all) -> {
            for (String alias : all) {
                if (alias.equals(names.read(publication))) {
                    current.add(generation(names, publication, index, all));
                } else if (alias.equals(names.write(publication))) {
                    written.add(index);
                }
                marked(names, publication, index, alias, "-next").ifPresent(next::add);
                marked(names, publication, index, alias, "-kept").ifPresent(kept::add);
            }
        });
        atMostOne(publication, names.read(publication), current);
        atMostOne(publication, names.prefix() + "-" + publication + "-*-next", next);
        kept.sort(Comparator.comparingInt(Generation::number).reversed());
        return new Generations(
                current.stream().findFirst(),
                current.size() == 1 && written.equals(List.of(current.get(0).index())),
                next.stream().findFirst(),
                List.copyOf(kept));
    }

    private static Generation generation(Names names, String publication, String index, Set<String> aliases) {
        OptionalInt own = names.number(publication, index, "");
        int number = own.isPresent()
                ? own.getAsInt()
                : aliases.stream()
                        .flatMapToInt(alias -> names.number(publication, alias, "").stream())
                        .findFirst()
                        .orElseThrow(() -> new PublicationException("publication '" + publication + "': the alias "
                                + names.read(publication) + " leads to the index " + index
                                + ", which is none of its generations; expected it at one that is named as "
                                + names.generation(publication, 1)));
        return new Generation(names, publication, number, index, own.isEmpty());
    }

    private static Optional<Generation> marked(
            Names names, String publication, String index, String alias, String suffix) {
        OptionalInt number = names.number(publication, alias, suffix);
        return number.isPresent()
                ? Optional.of(new Generation(names, publication, number.getAsInt(), index, names.isShared(index)))
                : Optional.empty();
    }

    /** The number after all that are in use. */
    int nextNumber(Set<Integer> indices) {
        Stream<Integer> marked =
                Stream.of(current.stream(), next.stream(), kept.stream()).flatMap(some -> some.map(Generation::number));
        return Stream.concat(marked, indices.stream()).reduce(0, Math::max) + 1;
    }

    private static void atMostOne(String publication, String alias, List<Generation> found) {
        if (found.size() > 1) {
            throw new PublicationException("publication '" + publication + "': the alias " + alias
                    + " leads to several indices, "
                    + found.stream().map(Generation::index).toList()
                    + "; expected one: remove it from the others");
        }
    }
}
