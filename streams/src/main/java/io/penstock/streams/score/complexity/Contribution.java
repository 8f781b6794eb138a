package io.penstock.streams.score.complexity;

/**
 * One reason of an estimate.
 *
 * @param feature a feature of the prompt's shape, or an n-gram in quotes
 * @param effect what it adds to the expected gain
 */
public record Contribution(String feature, double effect) {}
