package io.penstock.streams.control.observation;

import java.util.OptionalDouble;

/**
 * The mean score of a result over all who judged it, before and after one more judgement.
 *
 * @param before empty at the first judgement
 * @param after from 0 to 1
 */
public record Judgement(Observation observation, OptionalDouble before, double after) {}
