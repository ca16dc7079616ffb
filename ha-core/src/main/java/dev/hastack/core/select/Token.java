package dev.hastack.core.select;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a caller wrote, as a place in the store's history: a node that has reached it shows the write.
 *
 * @param identity the cluster that it was written to
 * @param epoch of the primary that took it
 * @param history which of the epochs of this number it was, if the primary showed it
 * @param position of that primary after the write, in bytes
 */
public record Token(Optional<String> identity, OptionalLong epoch, Optional<String> history, long position) {}
