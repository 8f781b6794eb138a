package io.penstock.streams.control.rollout;

import io.penstock.schemas.routing.Rollout;
import io.penstock.streams.control.observation.Judgement;
import io.penstock.streams.control.observation.Observation;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The results of both variants since a rollout's step began, and of the old one in the time before,
 * with which the new one is compared where the old one gets too few requests. This class is not
 * thread-safe.
 */
public final class StepStatistics {

  /** How long before the step the old one's results count, where they are needed. */
  public static final Duration LOOK_BACK = Duration.ofMinutes(10);

  private final String model;
  private final String from;
  private final String to;
  private Instant since;
  private VariantSample before = new VariantSample();
  private VariantSample old = new VariantSample();
  private VariantSample fresh = new VariantSample();

  /**
   * @param since when the present step began
   */
  public StepStatistics(Rollout rollout, Instant since) {
    this.model = rollout.name();
    this.from = rollout.from();
    this.to = rollout.to();
    this.since = since;
  }

  /** Returns whether these are the statistics of such a rollout, whatever its step. */
  public boolean isOf(Rollout rollout) {
    return model.equals(rollout.name()) && from.equals(rollout.from()) && to.equals(rollout.to());
  }

  /** Begins to count anew, unless the step began at this very instant. */
  public void begin(Instant step) {
    if (step.equals(since)) {
      return;
    }
    if (old.figures().results() > 0) {
      before = old;
    }
    old = new VariantSample();
    fresh = new VariantSample();
    since = step;
  }

  public void add(Observation observation) {
    VariantSample sample = sample(observation);
    if (sample != null) {
      sample.add(observation);
    }
  }

  public void add(Judgement judgement) {
    VariantSample sample = sample(judgement.observation());
    if (sample != null) {
      sample.add(judgement);
    }
  }

  private @Nullable VariantSample sample(Observation observation) {
    if (!observation.model().equals(model)) {
      return null;
    }
    boolean inStep = !observation.finishedAt().isBefore(since);
    if (to.equals(observation.variant())) {
      return inStep ? fresh : null;
    }
    if (from.equals(observation.variant())) {
      return inStep ? old : inLookBack(observation) ? before : null;
    }
    return null;
  }

  private boolean inLookBack(Observation observation) {
    return !observation.finishedAt().isBefore(since.minus(LOOK_BACK));
  }

  /** Returns what was measured of the new variant in this step. */
  public VariantFigures fresh() {
    return fresh.figures();
  }

  /**
   * Returns what was measured of the old variant: in this step, or before it where these are too
   * few.
   *
   * @param enough results in this step that will do
   */
  public VariantFigures old(int enough) {
    VariantFigures now = old.figures();
    VariantFigures earlier = before.figures();
    return now.results() >= enough || now.results() >= earlier.results() ? now : earlier;
  }
}
