/** What ha-stack says of the stores: health per node, store and stack. */
@NullMarked
package dev.hastack.core.health;

import org.jspecify.annotations.NullMarked;
