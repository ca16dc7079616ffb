/** The programs of the demo, each a main of its own: editing server, delivery server, editor, and the demo itself. */
@NullMarked
package dev.hastack.examples;

import org.jspecify.annotations.NullMarked;
