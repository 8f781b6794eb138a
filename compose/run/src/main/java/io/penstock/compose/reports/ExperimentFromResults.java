package io.penstock.compose.reports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.admin.LogReports;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.streams.control.experiment.ExperimentReport;
import io.penstock.streams.control.experiment.ExperimentStatistics;
import io.penstock.streams.control.observation.FeedbackScores;
import io.penstock.streams.control.observation.Observation;
import java.time.Instant;

/** What an experiment has found, from all results since it began and then the feedback on them. */
final class ExperimentFromResults implements LogReports.Report {

  /** Feedback on older requests than these counts no more. They take some 100 MB. */
  private static final int MOST_JUDGED = 200_000;

  private final Experiment experiment;
  private final ExperimentStatistics statistics;
  private final FeedbackScores scores = new FeedbackScores(MOST_JUDGED, 0);

  ExperimentFromResults(Experiment experiment) {
    this.experiment = experiment;
    this.statistics = new ExperimentStatistics(experiment);
  }

  @Override
  public void add(InferenceResult result) {
    Instant end = experiment.endedAt();
    Observation.of(result)
        .filter(each -> experiment.name().equals(each.experiment()))
        .filter(each -> end == null || !each.finishedAt().isAfter(end))
        .ifPresent(
            each -> {
              statistics.add(each);
              scores.add(each).forEach(statistics::add);
            });
  }

  @Override
  public void add(Feedback feedback) {
    scores.add(feedback).ifPresent(statistics::add);
  }

  @Override
  public ObjectNode json() {
    return RoutingCodec.mapper().valueToTree(ExperimentReport.of(experiment, statistics));
  }
}
