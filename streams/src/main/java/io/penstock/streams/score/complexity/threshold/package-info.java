/** Turns what may be spent, or what must be kept, into a threshold on the predicted gain. */
@NullMarked
package io.penstock.streams.score.complexity.threshold;

import org.jspecify.annotations.NullMarked;
