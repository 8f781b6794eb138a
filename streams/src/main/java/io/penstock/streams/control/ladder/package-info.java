/** Degradation under overload, step by step, and its reversal. */
@NullMarked
package io.penstock.streams.control.ladder;

import org.jspecify.annotations.NullMarked;
