/** Predictions of a request on a model: its cost, its wait and the quality of its answer. */
@NullMarked
package io.penstock.streams.score.prediction;

import org.jspecify.annotations.NullMarked;
