package io.penstock.streams.score.model;

import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.prediction.Complexity;
import io.penstock.streams.score.service.ServiceLevels;

/**
 * What scoring gives a chooser of models. Everything in it bears many threads.
 *
 * @param outputs predicts the length of outputs, and learns from those that come
 * @param complexity predicts quality from a prompt
 * @param levels what each class promises
 * @param modelPartitions the number of partitions of the work topics
 */
public record ChooserParts(
    OutputLengthPredictor outputs,
    Complexity complexity,
    ServiceLevels levels,
    int modelPartitions) {}
