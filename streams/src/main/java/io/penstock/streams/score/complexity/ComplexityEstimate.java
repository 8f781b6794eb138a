package io.penstock.streams.score.complexity;

/**
 * The prediction for a prompt.
 *
 * @param cheapQuality the expected score of the cheap model's answer, from 0 to 1
 * @param strongQuality the same of the strong model's, from 0 to 1
 * @param gain what the strong model is expected to add, not clamped: what thresholds compare and
 *     what orders prompts
 * @param difficulty the share of the training prompts with a smaller gain, from 0 to 1
 */
public record ComplexityEstimate(
    double cheapQuality, double strongQuality, double gain, double difficulty) {}
