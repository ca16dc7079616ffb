@NullMarked
package dev.hastack.core.select;

import org.jspecify.annotations.NullMarked;
