/** What is edited and delivered: articles, and the 117,791 of them that WordNet makes. */
@NullMarked
package dev.hastack.examples.content;

import org.jspecify.annotations.NullMarked;
