@NullMarked
package dev.hastack.core.topology;

import org.jspecify.annotations.NullMarked;
