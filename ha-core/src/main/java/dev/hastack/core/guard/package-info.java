/** What protects callers from a node that answers its probe and fails their calls. No thread; the clock is injected. */
@NullMarked
package dev.hastack.core.guard;

import org.jspecify.annotations.NullMarked;
