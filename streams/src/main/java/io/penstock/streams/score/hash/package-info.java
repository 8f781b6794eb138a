/** Hashes that stay the same over releases and machines. */
@NullMarked
package io.penstock.streams.score.hash;

import org.jspecify.annotations.NullMarked;
