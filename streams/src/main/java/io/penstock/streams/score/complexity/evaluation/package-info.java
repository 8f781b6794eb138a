/**
 * How much of the strong model's advantage an order of prompts recovers, by share of strong calls.
 */
@NullMarked
package io.penstock.streams.score.complexity.evaluation;

import org.jspecify.annotations.NullMarked;
