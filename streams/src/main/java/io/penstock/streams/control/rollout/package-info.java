/** Rollouts: a new variant takes over from the one that serves. */
@NullMarked
package io.penstock.streams.control.rollout;

import org.jspecify.annotations.NullMarked;
