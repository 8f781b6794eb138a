package io.penstock.streams.score.model;

import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.prediction.Complexity;
import io.penstock.streams.score.service.ServiceLevels;

/**
 * The parts that scoring gives a chooser of models. All of them are thread-safe.
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
