/**
 * A simulation of the whole protocol under faults: the production rules of dispatch, of workers and
 * of the front's batches, over a log, a network and clocks that are not real. One seed gives one
 * history.
 */
@NullMarked
package io.penstock.compose.bench.protocol;

import org.jspecify.annotations.NullMarked;
