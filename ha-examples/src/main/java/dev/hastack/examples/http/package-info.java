/** The little HTTP that the programs share: a server that answers JSON, and a round-robin balancer. */
@NullMarked
package dev.hastack.examples.http;

import org.jspecify.annotations.NullMarked;
