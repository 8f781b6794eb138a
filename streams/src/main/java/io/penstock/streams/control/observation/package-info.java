/** Observations that results and feedback add about the targets that served them. */
@NullMarked
package io.penstock.streams.control.observation;

import org.jspecify.annotations.NullMarked;
