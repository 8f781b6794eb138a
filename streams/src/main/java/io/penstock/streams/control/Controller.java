package io.penstock.streams.control;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.control.ladder.Ladders;
import io.penstock.streams.control.observation.FeedbackScores;
import io.penstock.streams.control.observation.Observation;
import io.penstock.streams.control.spend.SpendLedger;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Decides for the leader: follows the tables, adds up results and feedback, and asks every policy
 * in turn. It knows neither Kafka nor the wall clock. An instance belongs to one thread.
 */
final class Controller {

  private final ControlConfig config;
  private final Tables tables;
  private final Rollouts rollouts;
  private final Experiments experiments = new Experiments();
  private final Ladders ladders;
  private final SpendLedger spend = new SpendLedger();
  private FeedbackScores feedback;
  private Set<String> budgets = Set.of();
  private boolean complete;

  /**
   * @param partitions the number of model partitions
   */
  Controller(ControlConfig config, Tables tables, ReplaySource replay, int partitions) {
    this.config = config;
    this.tables = tables;
    this.rollouts = new Rollouts(replay, partitions);
    this.ladders = new Ladders(config.levels());
    this.feedback = new FeedbackScores(config.mostJudged());
  }

  /** The time from which results and feedback are needed, as the tables stand. */
  Instant neededFrom(Instant now) {
    return Stream.of(
            Rollouts.neededFrom(tables.routing(), now),
            Experiments.neededFrom(tables.routing()),
            SpendLedger.neededFrom(tables.routing(), now))
        .flatMap(Optional::stream)
        .min(Instant::compareTo)
        .filter(needed -> needed.isBefore(now))
        .orElse(now);
  }

  /** Forgets what was added up: results are read again from {@link #neededFrom}. */
  void restart(Instant now) {
    complete = false;
    feedback = new FeedbackScores(config.mostJudged());
    budgets = budgetKeys();
    rollouts.restart(tables.routing(), now);
    experiments.restart(tables.routing());
    spend.follow(tables.routing());
    spend.restart();
  }

  /** Says that everything since {@link #neededFrom} was read: now statistics are whole. */
  void caughtUp(Instant now) {
    complete = true;
    spend.caughtUp(now);
  }

  /** Returns whether results have to be read again, since a budget came that counts from before. */
  boolean needsRestart() {
    return !budgets.containsAll(budgetKeys());
  }

  private Set<String> budgetKeys() {
    Set<String> keys = new HashSet<>();
    tables
        .routing()
        .all(TenantPolicy.class)
        .forEach(
            policy -> {
              for (Budget budget : policy.budgets()) {
                keys.add(policy.name() + '/' + budget.period());
              }
            });
    return keys;
  }

  /** A record that only repeats a result, or refuses a conflicting id, is none of its own. */
  void result(InferenceResult result) {
    if (result.getRepetition().isPresent()) {
      return;
    }
    rollouts.addEvaluation(result);
    spend.add(result);
    Observation.of(result)
        .ifPresent(
            observation -> {
              rollouts.add(observation);
              experiments.add(observation);
              feedback
                  .add(observation)
                  .forEach(
                      judgement -> {
                        rollouts.add(judgement);
                        experiments.add(judgement);
                      });
            });
  }

  void feedback(Feedback given) {
    feedback
        .add(given)
        .ifPresent(
            judgement -> {
              rollouts.add(judgement);
              experiments.add(judgement);
            });
  }

  /** Takes what was read of the tables. */
  void follow(Instant now) {
    rollouts.follow(tables.routing(), now);
    experiments.follow(tables.routing());
    spend.follow(tables.routing());
  }

  /**
   * Returns what is to be done now. Ladders go by the fleet alone; the rest waits until all is
   * read.
   */
  Decisions decide(Instant now) {
    follow(now);
    Decisions decisions = new Decisions();
    ladders
        .step(tables.routing(), tables.models(), tables.fleet(), now)
        .forEach(
            change -> {
              switch (change) {
                case Ladders.Change.Put(var degradation, String reason) ->
                    decisions.put(degradation, reason);
                case Ladders.Change.Remove(String model, String reason) ->
                    decisions.remove(RoutingKind.DEGRADATION, model, reason);
              }
            });
    if (complete) {
      rollouts.step(tables, now, decisions);
      experiments.step(tables.routing(), now, decisions);
      spend.due(now).forEach(each -> decisions.refresh(each, "spent"));
      spend
          .withoutBudget()
          .forEach(each -> decisions.remove(RoutingKind.SPEND, each, "it has no budget"));
    }
    return decisions;
  }

  Ladders ladders() {
    return ladders;
  }

  Tables tables() {
    return tables;
  }
}
