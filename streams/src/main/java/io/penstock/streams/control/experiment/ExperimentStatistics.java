package io.penstock.streams.control.experiment;

import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Experiment.Arm;
import io.penstock.schemas.routing.Experiment.Metric;
import io.penstock.streams.control.observation.Judgement;
import io.penstock.streams.control.observation.Observation;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The results of an experiment by arm. What is compared are units of assignment, not requests:
 * those of one tenant are not independent. A unit counts for the arm it was first seen in; its
 * results in another arm, such as the control's after its own was stopped, are left out. This class
 * is not thread-safe.
 */
public final class ExperimentStatistics {

  /** Units that are told apart; results of further ones are left out. */
  static final int MOST_UNITS = 50_000;

  private final String name;
  private final @Nullable Instant startedAt;
  private final boolean byRequest;
  private final Map<String, ArmStatistics> arms = new LinkedHashMap<>();
  private final Map<String, Unit> units = new HashMap<>();
  private long leftOut;

  private record Total(double sum, double count) {
    static final Total NONE = new Total(0, 0);
  }

  /** One unit's sums and counts by metric. */
  private static final class Unit {
    private final String arm;
    private final Map<Metric, Total> totals = new EnumMap<>(Metric.class);

    Unit(String arm) {
      this.arm = arm;
    }
  }

  public ExperimentStatistics(Experiment experiment) {
    this.name = experiment.name();
    this.startedAt = experiment.startedAt();
    this.byRequest = experiment.unit().equals(Experiment.Unit.REQUEST);
    for (Arm arm : experiment.arms()) {
      arms.put(arm.name(), new ArmStatistics());
    }
  }

  /** Returns whether these are the statistics of this run of an experiment. */
  public boolean isOf(Experiment experiment) {
    return experiment.name().equals(name) && Objects.equals(experiment.startedAt(), startedAt);
  }

  /** Takes a result, if it is of this experiment since it was started. */
  public void add(Observation observation) {
    if (!isMine(observation)) {
      return;
    }
    for (Metric metric : Metric.values()) {
      OptionalDouble value = value(metric, observation);
      if (value.isPresent()) {
        change(observation, metric, value.getAsDouble(), 1);
      }
    }
  }

  /** Takes feedback on a result that was taken before. */
  public void add(Judgement judgement) {
    Observation observation = judgement.observation();
    if (!isMine(observation)) {
      return;
    }
    if (judgement.before().isEmpty()) {
      change(observation, Metric.FEEDBACK, judgement.after(), 1);
    } else if (byRequest) {
      arm(observation)
          .of(Metric.FEEDBACK)
          .change(judgement.before().getAsDouble(), 1, judgement.after(), 1);
    } else {
      change(observation, Metric.FEEDBACK, judgement.after() - judgement.before().getAsDouble(), 0);
    }
  }

  /** Returns what a result says of a metric; feedback comes apart. */
  private static OptionalDouble value(Metric metric, Observation observation) {
    return switch (metric) {
      case SUCCESS -> OptionalDouble.of(observation.succeeded() ? 1 : 0);
      case FIRST_TOKEN_MS -> observation.firstTokenMillis();
      case TOTAL_MS -> observation.totalMillis();
      case OUTPUT_TOKENS -> observation.outputTokens();
      case COST -> observation.cost();
      case FEEDBACK -> OptionalDouble.empty();
    };
  }

  private boolean isMine(Observation observation) {
    return name.equals(observation.experiment())
        && observation.arm() != null
        && arms.containsKey(observation.arm())
        && (startedAt == null || !observation.finishedAt().isBefore(startedAt));
  }

  private ArmStatistics arm(Observation observation) {
    return Objects.requireNonNull(arms.get(observation.arm()));
  }

  private void change(Observation observation, Metric metric, double value, double count) {
    if (byRequest) {
      arm(observation).of(metric).add(value);
      return;
    }
    String key = observation.unit() == null ? observation.tenant() : observation.unit();
    Unit unit = units.get(key);
    if (unit == null && units.size() < MOST_UNITS) {
      unit = new Unit(Objects.requireNonNull(observation.arm()));
      units.put(key, unit);
    }
    if (unit == null || !unit.arm.equals(observation.arm())) {
      leftOut++;
      return;
    }
    Total before = unit.totals.getOrDefault(metric, Total.NONE);
    Total after = new Total(before.sum() + value, before.count() + count);
    unit.totals.put(metric, after);
    arm(observation).of(metric).change(before.sum(), before.count(), after.sum(), after.count());
  }

  ArmStatistics arm(String arm) {
    return Objects.requireNonNull(arms.get(arm));
  }

  /** Values left out since their unit was seen in another arm first, or units were too many. */
  public long leftOut() {
    return leftOut;
  }
}
