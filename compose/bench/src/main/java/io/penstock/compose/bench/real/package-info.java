/**
 * The experiment of {@code bench fleet} through the real parts, in real time or faster, beside the
 * simulation of the same requests.
 */
@NullMarked
package io.penstock.compose.bench.real;

import org.jspecify.annotations.NullMarked;
