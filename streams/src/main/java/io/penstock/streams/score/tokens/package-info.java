/** Counting prompt tokens. */
@NullMarked
package io.penstock.streams.score.tokens;

import org.jspecify.annotations.NullMarked;
