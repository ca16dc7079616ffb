/** The demo: starts a whole platform, loads it, breaks it, and judges what its clients saw. */
@NullMarked
package dev.hastack.examples.demo;

import org.jspecify.annotations.NullMarked;
