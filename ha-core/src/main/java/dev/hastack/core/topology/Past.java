package dev.hastack.core.topology;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is remembered of the greatest epoch besides its number, and of the one that was given up.
 *
 * @param history of the greatest epoch, if a node that had it showed one
 * @param sighted when the last answer came that showed the greatest epoch; empty if none has, as when it is known from a file;
 *     {@link Instant#MAX} while it was only appointed, and is yet to be shown
 * @param abandoned the epoch that was given up last
 * @param adopts whether a primary below the greatest epoch becomes the primary once that is abandoned
 */
public record Past(Optional<String> history, Optional<Instant> sighted, Optional<Abandoned> abandoned, boolean adopts) {

    /**
     * A greatest epoch that no node has any more, or that an operator gave up.
     *
     * @param history if it was known
     * @param since which any node that answered with another epoch has it no more
     */
    public record Abandoned(long epoch, Optional<String> history, Instant since) {}

    /** Whether a claim of this node's is of an epoch below the greatest, or of another one of its number. */
    boolean supersedes(NodeView node, OptionalLong greatest) {
        return Epochs.below(node.epoch(), greatest)
                || (node.epoch().equals(greatest) && Epochs.differ(node.origin().history(), history));
    }

    /** Whether a claim that was refused is no equal of the greatest epoch's: of one below it, or of one that was given up. */
    boolean refuses(NodeView node, OptionalLong greatest) {
        return supersedes(node, greatest)
                || Epochs.below(greatest, node.epoch())
                || (greatest.isEmpty() && node.epoch().isPresent());
    }

    /** Why a claim is refused that these, or an epoch that was given up, speak against; for people. */
    String refusal(NodeView node, OptionalLong greatest) {
        if (!supersedes(node, greatest)) {
            return Epochs.words(node.epoch()) + " was given up"
                    + (greatest.isPresent() ? " for " + Epochs.words(greatest) : "");
        }
        return node.epoch().equals(greatest)
                ? Epochs.words(greatest) + " that began at "
                        + node.origin().history().orElse("?") + " is another than the one that began at "
                        + history.orElse("?")
                : Epochs.words(node.epoch()) + " is below " + Epochs.words(greatest);
    }

    /**
     * Whether the epoch that a node shows is the one that was given up, come back, and not a newer one of the same number.
     * Where its history does not tell, it is a newer one only if the node had followed since the other was given up.
     *
     * @param was the node as it was before it showed it
     */
    boolean gaveUp(OptionalLong epoch, Optional<String> shown, OptionalLong greatest, NodeView was) {
        boolean newer = Epochs.below(greatest, epoch) || (greatest.isEmpty() && epoch.isPresent());
        Optional<Abandoned> same = abandoned.filter(past -> newer && past.epoch() == epoch.getAsLong());
        if (same.isEmpty()) {
            return false;
        }
        Abandoned old = same.get();
        if (shown.isPresent() && old.history().isPresent()) {
            return shown.equals(old.history());
        }
        boolean heardSince =
                was.answeredAt().filter(asked -> asked.isAfter(old.since())).isPresent();
        return !heardSince || was.epoch().equals(epoch);
    }

    static Past none(boolean adopts) {
        return new Past(Optional.empty(), Optional.empty(), Optional.empty(), adopts);
    }

    Past of(Optional<String> next) {
        return new Past(next, sighted, abandoned, adopts);
    }

    Past sighted(Instant at) {
        boolean later = sighted.filter(last -> last.isAfter(at)).isEmpty();
        return later || toCome() ? new Past(history, Optional.of(at), abandoned, adopts) : this;
    }

    /** Whether the greatest epoch was appointed, and no node has shown it yet: it is of the future, and not abandoned. */
    boolean toCome() {
        return sighted.equals(Optional.of(Instant.MAX));
    }

    /** Another epoch is the greatest now, of this history. */
    Past raised(Optional<String> next, Instant at) {
        return new Past(next, Optional.of(at), abandoned, adopts);
    }

    Past abandon(long epoch, Optional<String> next, Instant since) {
        return new Past(next, Optional.empty(), Optional.of(new Abandoned(epoch, history, since)), adopts);
    }
}
