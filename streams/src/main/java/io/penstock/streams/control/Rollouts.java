package io.penstock.streams.control;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.policies.RolloutCommands;
import io.penstock.schemas.routing.EvaluationIds;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.State;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.control.observation.Judgement;
import io.penstock.streams.control.observation.Observation;
import io.penstock.streams.control.rollout.Drain;
import io.penstock.streams.control.rollout.DrainWatch;
import io.penstock.streams.control.rollout.EvaluationFigures;
import io.penstock.streams.control.rollout.EvaluationItem;
import io.penstock.streams.control.rollout.EvaluationRequests;
import io.penstock.streams.control.rollout.EvaluationResults;
import io.penstock.streams.control.rollout.Figures;
import io.penstock.streams.control.rollout.ReplayRule;
import io.penstock.streams.control.rollout.RolloutMove;
import io.penstock.streams.control.rollout.RolloutPolicy;
import io.penstock.streams.control.rollout.RolloutSight;
import io.penstock.streams.control.rollout.StepStatistics;
import io.penstock.streams.control.rollout.VariantSwap;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rollouts under way, with what was measured of them. An instance belongs to one thread. */
final class Rollouts {

  /** How often mere figures are written. */
  private static final Duration FIGURES = Duration.ofSeconds(5);

  /** How long a variant has to be without workers before that counts. */
  static final Duration WITHOUT_WORKERS = Duration.ofSeconds(10);

  private final ReplaySource replay;
  private final int partitions;
  private final Map<String, Tracked> tracked = new HashMap<>();

  private static final class Tracked {
    private final StepStatistics statistics;
    private @Nullable EvaluationResults evaluation;
    private @Nullable Instant evaluatedSince;
    private Instant writtenAt = Instant.EPOCH;
    private @Nullable DrainWatch drain;

    /** When the new variant last had workers, as far as that was seen. */
    private Instant servedAt;

    Tracked(StepStatistics statistics, Instant now) {
      this.statistics = statistics;
      this.servedAt = now;
    }

    /** Begins to watch when new requests go elsewhere, and anew when they come back meanwhile. */
    Drain drain(Rollout rollout, FleetView fleet, int partitions, Instant now) {
      if (rollout.state() != State.COMPLETING) {
        drain = null;
        return Drain.UNKNOWN;
      }
      DrainWatch watch = drain == null ? new DrainWatch(partitions) : drain;
      drain = watch;
      return watch.look(fleet, new Target(rollout.name(), rollout.from()), now);
    }

    /**
     * A shard that has just begun has not heard of the workers yet: that there are none counts once
     * it has been so for a while.
     */
    RolloutSight patient(RolloutSight sight, Instant now) {
      if (sight.workers() > 0) {
        servedAt = now;
      }
      return now.isBefore(servedAt.plus(WITHOUT_WORKERS)) ? sight.withoutKnowledge() : sight;
    }
  }

  /**
   * @param partitions the number of model partitions
   */
  Rollouts(ReplaySource replay, int partitions) {
    this.replay = replay;
    this.partitions = partitions;
  }

  private static Stream<Rollout> underWay(RoutingState routing) {
    return routing
        .all(Rollout.class)
        .filter(
            rollout -> rollout.state() != State.COMPLETED && rollout.state() != State.ROLLED_BACK);
  }

  /**
   * The time from which results are needed to decide on the rollouts under way; empty without any.
   */
  static Optional<Instant> neededFrom(RoutingState routing, Instant now) {
    return underWay(routing)
        .map(rollout -> since(rollout, now).minus(StepStatistics.LOOK_BACK))
        .min(Instant::compareTo);
  }

  private static Instant since(Rollout rollout, Instant now) {
    return rollout.stateSince() == null ? now : rollout.stateSince();
  }

  /** Forgets what was measured: results are read again. */
  void restart(RoutingState routing, Instant now) {
    tracked.clear();
    follow(routing, now);
  }

  /** Begins to measure new rollouts and new steps. */
  void follow(RoutingState routing, Instant now) {
    tracked
        .entrySet()
        .removeIf(
            each ->
                underWay(routing)
                    .noneMatch(
                        rollout ->
                            rollout.name().equals(each.getKey())
                                && each.getValue().statistics.isOf(rollout)));
    underWay(routing)
        .forEach(
            rollout -> {
              Instant since = since(rollout, now);
              Tracked each =
                  tracked.computeIfAbsent(
                      rollout.name(), name -> new Tracked(new StepStatistics(rollout, since), now));
              each.statistics.begin(since);
              if (rollout.state() == State.EVALUATING && !since.equals(each.evaluatedSince)) {
                each.evaluation = new EvaluationResults(rollout, since);
                each.evaluatedSince = since;
              }
            });
  }

  void add(Observation observation) {
    tracked.values().forEach(each -> each.statistics.add(observation));
  }

  void add(Judgement judgement) {
    tracked.values().forEach(each -> each.statistics.add(judgement));
  }

  /** Takes a result that may be of an evaluation. */
  void addEvaluation(InferenceResult result) {
    if (!EvaluationIds.isEvaluation(result.getTenant(), result.getId())) {
      return;
    }
    for (Tracked each : tracked.values()) {
      if (each.evaluation != null) {
        each.evaluation.add(result);
      }
    }
  }

  /** Decides on every rollout. */
  void step(Tables tables, Instant now, Decisions decisions) {
    underWay(tables.routing()).forEach(rollout -> step(rollout, tables, now, decisions));
  }

  private void step(Rollout rollout, Tables tables, Instant now, Decisions decisions) {
    Tracked each = tracked.get(rollout.name());
    if (each == null) {
      return;
    }
    RolloutSight sight =
        RolloutSight.of(
            rollout,
            tables.fleet(),
            each.statistics.old(rollout.gates().minSample()),
            each.statistics.fresh(),
            each.evaluation == null ? EvaluationFigures.NONE : each.evaluation.figures(),
            each.drain(rollout, tables.fleet(), partitions, now),
            now);
    Optional<RolloutMove> move = RolloutPolicy.decide(rollout, each.patient(sight, now), now);
    if (move.isEmpty()) {
      return;
    }
    switch (move.get().effect()) {
      case NONE -> decide(move.get(), decisions);
      case FIGURES -> {
        if (!now.isBefore(each.writtenAt.plus(FIGURES))) {
          each.writtenAt = now;
          decisions.refresh(move.get().rollout(), move.get().reason());
        }
      }
      case EVALUATE -> evaluate(rollout, tables, now, decisions);
      case COMPLETE -> complete(rollout, move.get(), tables, now, decisions);
    }
  }

  /** The registry first: only once it has changed is the rollout written as completed. */
  private static void complete(
      Rollout rollout, RolloutMove move, Tables tables, Instant now, Decisions decisions) {
    Optional<ModelSpec> model = tables.models().resolve(rollout.name());
    if (model.isPresent() && !hasVariant(model.get(), rollout.to())) {
      String gone = "the model has no variant '%s' any more".formatted(rollout.to());
      decisions.put(RolloutCommands.pause(tables.routing(), rollout.name(), gone, now), gone);
      return;
    }
    Optional<ModelSpec> swapped =
        model
            .map(each -> VariantSwap.completed(each, rollout, now))
            .filter(m -> !m.equals(model.get()));
    if (swapped.isPresent()) {
      decisions.apply(swapped.get(), rollout);
    } else {
      decide(move, decisions);
    }
  }

  private static boolean hasVariant(ModelSpec model, String name) {
    return model.getVariants().stream().anyMatch(variant -> variant.getName().equals(name));
  }

  private static void decide(RolloutMove move, Decisions decisions) {
    decisions.put(move.rollout(), move.reason());
  }

  private void evaluate(Rollout rollout, Tables tables, Instant now, Decisions decisions) {
    Rollout.Evaluation evaluation = rollout.evaluation();
    Optional<ModelSpec> model = tables.models().resolve(rollout.name());
    if (evaluation == null || model.isEmpty()) {
      return;
    }
    List<EvaluationItem> items = EvaluationRequests.stored(evaluation);
    if (items.isEmpty()) {
      ReplayRule rule = new ReplayRule(rollout, model.get(), tables.routing());
      List<ScoredRequest> logged = replay.last(model.get(), evaluation.replay(), rule);
      items = logged.stream().map(ReplayRule::item).toList();
    }
    decisions.ask(EvaluationRequests.of(rollout, items, since(rollout, now), now));
    decisions.put(
        Figures.withEvaluationItems(rollout, items.size()),
        "asks both variants %d requests in shadow".formatted(items.size()));
  }
}
