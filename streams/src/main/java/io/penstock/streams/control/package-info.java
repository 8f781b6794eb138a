/**
 * The control loop: what is decided from results, feedback and the state of the fleet over time.
 */
@NullMarked
package io.penstock.streams.control;

import org.jspecify.annotations.NullMarked;
