/** Stores for JUnit tests: {@link dev.hastack.testkit.junit.HaStackTest}. Runs on JUnit 5.12 and newer, and on 6. */
@NullMarked
package dev.hastack.testkit.junit;

import org.jspecify.annotations.NullMarked;
