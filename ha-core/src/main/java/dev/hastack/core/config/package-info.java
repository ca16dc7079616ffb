/**
 * The configuration of a stack: the keys of all stores as annotated records, and the binder that reads them from files,
 * environment, system properties and program, and reports every fault at once. {@link
 * dev.hastack.core.config.StackConfig} is the way in. Files are read once, when loading; all values are immutable.
 */
@NullMarked
package dev.hastack.core.config;

import org.jspecify.annotations.NullMarked;
