/** The entry point: HaStack, and the interface by which store modules join. */
@NullMarked
package dev.hastack.core;

import org.jspecify.annotations.NullMarked;
