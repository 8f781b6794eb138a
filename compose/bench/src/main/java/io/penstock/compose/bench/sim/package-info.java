/**
 * A fleet on a virtual clock: the production decision code of dispatch and workers, and the
 * policies it is compared with, in front of engines that behave as real ones do.
 */
@NullMarked
package io.penstock.compose.bench.sim;

import org.jspecify.annotations.NullMarked;
