/**
 * Evaluation of an order of prompts: how much of the strong model's advantage it recovers, by share
 * of strong calls.
 */
@NullMarked
package io.penstock.streams.score.complexity.evaluation;

import org.jspecify.annotations.NullMarked;
