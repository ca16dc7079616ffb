/**
 * What is known of a call that failed, alike for all stores: {@link dev.hastack.core.failure.StackFailure} is what every exception of ha-stack
 * implements, and what is read of the drivers' own.
 */
@NullMarked
package dev.hastack.core.failure;

import org.jspecify.annotations.NullMarked;
