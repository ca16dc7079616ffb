package dev.hastack.core.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the sources name a stack: the process says its own, nodes say whom they serve first, overrides say for whom they are.
 * An override that is applied to nobody lets through what it forbids, so a name must not stand alone: the own stack is to be one
 * that an override or a node names, wherever there are overrides, and no name may be a misspelt other.
 */
final class StackNames {
    private static final Pattern OVERRIDE = Pattern.compile("ha\\.stacks\\.([^.]+)\\..*");
    private static final Pattern LABEL = Pattern.compile("ha\\.(stacks\\.[^.]+\\.)?[a-z]+\\.nodes\\.[^.]+\\.stack");

    private final Map<String, List<ConfigSource.Entry>> overrides = new LinkedHashMap<>();
    private final Map<String, List<ConfigSource.Entry>> labels = new LinkedHashMap<>();

    /** @param plain what a value is once its placeholders are resolved */
    StackNames(List<ConfigSource> sources, UnaryOperator<String> plain) {
        for (ConfigSource source : sources) {
            for (ConfigSource.Entry entry : source.entries()) {
                Matcher override = OVERRIDE.matcher(entry.key());
                if (override.matches()) {
                    mention(overrides, override.group(1), entry);
                }
                if (LABEL.matcher(entry.key()).matches()) {
                    mention(labels, plain.apply(entry.value()), entry);
                }
            }
        }
    }

    private static void mention(Map<String, List<ConfigSource.Entry>> names, String name, ConfigSource.Entry entry) {
        if (name.matches(Ids.NODE)) {
            names.computeIfAbsent(name, n -> new ArrayList<>()).add(entry);
        }
    }

    /** @param setting where the own name is set, if it is */
    void check(Optional<String> own, Optional<ConfigSource.Entry> setting, Faults faults) {
        if (!own.orElse("x").matches(Ids.NODE)) {
            // A fault by itself, which is told elsewhere.
            return;
        }
        List<String> known = new ArrayList<>(overrides.keySet());
        labels.keySet().stream().filter(name -> !known.contains(name)).forEach(known::add);
        boolean stranger = own.isPresent() && !known.contains(own.get());
        if (stranger && !overrides.isEmpty()) {
            Fault fault = Fault.of(
                    setting.orElseThrow(),
                    "expected a stack that a node or an override names, which are %s; for one that needs no override, repeat a default: ha.stacks.%s.probe.interval=1s"
                            .formatted(String.join(", ", known), own.get()));
            faults.add(fault.meant(Suggestions.nearest(own.get(), known)));
            return;
        }
        if (stranger) {
            known.add(own.get());
        }
        for (int i = 0; i < known.size(); i++) {
            String name = known.get(i);
            if (own.equals(Optional.of(name)) || (overrides.containsKey(name) && labels.containsKey(name))) {
                continue;
            }
            List<String> before = known.subList(0, i);
            known.stream()
                    .filter(other -> misspelt(name, other))
                    .filter(other -> weight(name, own) < weight(other, own)
                            || (weight(name, own) == weight(other, own) && before.contains(other)))
                    .findFirst()
                    .ifPresent(other -> report(name, other, faults));
        }
    }

    private void report(String name, String meant, Faults faults) {
        overrides.getOrDefault(name, List.of()).stream()
                .limit(1)
                .forEach(entry -> faults.add(Fault.ofKey(
                        entry,
                        "no node and no service is of stack " + name + "; where it is another one than " + meant
                                + ", name it at a node, too",
                        Optional.of(entry.key().replaceFirst(Pattern.quote(name), Matcher.quoteReplacement(meant))))));
        labels.getOrDefault(name, List.of()).stream()
                .limit(1)
                .forEach(entry -> faults.add(Fault.of(
                                entry,
                                "no override and no service is of this stack; where it is another one than " + meant
                                        + ", set a key of it, too: ha.stacks." + name + ".probe.interval=1s")
                        .meant(Optional.of(meant))));
    }

    /** The own name is right, and of two others the one that is named more often. */
    private int weight(String name, Optional<String> own) {
        return own.equals(Optional.of(name))
                ? Integer.MAX_VALUE
                : overrides.getOrDefault(name, List.of()).size()
                        + labels.getOrDefault(name, List.of()).size();
    }

    /** Near, and not a sibling on purpose, such as {@code delivery-1} and {@code delivery-2}, or {@code site-a} and {@code site-b}. */
    private static boolean misspelt(String name, String other) {
        int tolerance = Math.min(name.length(), other.length()) < 4 ? 0 : name.length() < 8 ? 1 : 2;
        int edits = Suggestions.distance(name, other, tolerance);
        return edits > 0 && edits <= tolerance && !series(name).equals(series(other));
    }

    private static String series(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("\\d", "").replaceFirst("-[^-]*$", "");
    }
}
