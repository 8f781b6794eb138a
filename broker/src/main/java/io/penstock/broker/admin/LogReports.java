package io.penstock.broker.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.Experiment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Makes reports of what the log holds. The front reads the log; how figures follow from it is the
 * business of the control loop, which the front does not know.
 */
public interface LogReports {

  /** How many lines of costs a front gives at most. */
  int MOST_LINES = 10_000;

  /** How long a front reads for one report. Whoever asks waits a little longer. */
  Duration PATIENCE = Duration.ofMinutes(2);

  /** A report in the making. For one thread. */
  interface Report {

    void add(InferenceResult result);

    /** Takes a judgement of a result. Most reports need none. */
    default void add(Feedback feedback) {}

    /** The report of all that was taken. */
    ObjectNode json();
  }

  /**
   * What is asked of costs.
   *
   * @param by what the lines are of, such as tenant and model; one or more
   * @param until results before then; all if empty
   * @param against the model to compare with; the most expensive one if empty
   * @param lines how many lines at most, those with the highest cost
   */
  record CostQuestion(
      List<String> by, Optional<Instant> until, Optional<String> against, int lines) {}

  /**
   * A report of what results cost.
   *
   * @throws IllegalArgumentException naming what is wrong with the question
   */
  Report costs(CostQuestion question, ModelCatalog models);

  /** A report of what an experiment that was started has found. */
  Report experiment(Experiment experiment);
}
