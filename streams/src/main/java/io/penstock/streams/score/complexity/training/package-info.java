/** Fits the predictor to prompts whose outcomes are known. */
@NullMarked
package io.penstock.streams.score.complexity.training;

import org.jspecify.annotations.NullMarked;
