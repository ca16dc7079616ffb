/** What a store module implements so that the failures of its driver are understood. */
@NullMarked
package dev.hastack.core.failure.spi;

import org.jspecify.annotations.NullMarked;
