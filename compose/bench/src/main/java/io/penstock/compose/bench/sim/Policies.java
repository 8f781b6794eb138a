package io.penstock.compose.bench.sim;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The policies that are compared, by name. */
final class Policies {

  private static final Duration STALE = Duration.ofSeconds(1);
  private static final double CLAIRVOYANT_SLACK_WEIGHT = 0.6;

  private static final Map<String, Scheduler.Factory> ALL = all();

  private Policies() {}

  /**
   * The policies of these names, in the order given; all of them if none is named.
   *
   * @throws IllegalArgumentException for an unknown name; the message lists those there are
   */
  static Map<String, Scheduler.Factory> named(Collection<String> names) {
    Map<String, Scheduler.Factory> chosen = new LinkedHashMap<>();
    for (String name : names.isEmpty() ? ALL.keySet() : names) {
      Scheduler.Factory factory = ALL.get(name);
      if (factory == null) {
        throw new IllegalArgumentException(
            "policies: there is no '%s'; there are %s"
                .formatted(name, String.join(", ", ALL.keySet())));
      }
      chosen.put(name, factory);
    }
    return chosen;
  }

  /** What mixed classes are compared by. */
  static final List<String> OF_CLASSES =
      List.of("penstock", "central_fcfs", "static_priority", "edf", "clairvoyant");

  /** Those whose workers may die: what they held is leased again. */
  static final List<String> SURVIVING =
      List.of(
          "penstock",
          "greedy_pull",
          "jit_pull_arrival",
          "central_fcfs",
          "edf",
          "static_priority",
          "shortest_job_predicted",
          "shortest_job_true");

  private static Map<String, Scheduler.Factory> all() {
    Map<String, Scheduler.Factory> all = new LinkedHashMap<>();
    all.put("penstock", PullFleet.production());
    all.put("round_robin", PushFleet.of(Placement.roundRobin(), Duration.ZERO));
    all.put("random", PushFleet.of(Placement.random(), Duration.ZERO));
    all.put("power_of_two_choices", PushFleet.of(Placement.powerOfTwoChoices(), Duration.ZERO));
    all.put("join_shortest_queue", PushFleet.of(Placement.shortestQueue(), Duration.ZERO));
    all.put("least_loaded_stale_1s", PushFleet.of(Placement.shortestQueue(), STALE));
    all.put("least_work_left", PushFleet.of(Placement.leastWork(), Duration.ZERO));
    all.put("least_work_left_stale_1s", PushFleet.of(Placement.leastWork(), STALE));
    all.put("greedy_pull", ungated(PullFleet.ordered(PullOrder.ARRIVAL)));
    all.put("jit_pull_arrival", PullFleet.ordered(PullOrder.ARRIVAL));
    all.put("central_fcfs", undelayed(PullFleet.ordered(PullOrder.ARRIVAL)));
    all.put("edf", PullFleet.ordered(PullOrder.EARLIEST_DEADLINE));
    all.put("static_priority", PullFleet.ordered(PullOrder.STATIC_PRIORITY));
    all.put("shortest_job_predicted", PullFleet.ordered(PullOrder.SHORTEST_JOB));
    all.put("shortest_job_true", PullFleet.orderedKnowingLengths(PullOrder.SHORTEST_JOB));
    all.put("clairvoyant", ClairvoyantFleet.of(CLAIRVOYANT_SLACK_WEIGHT));
    return all;
  }

  /** Workers pull as long as they have slots. */
  private static Scheduler.Factory ungated(Scheduler.Factory factory) {
    return (clock, gpus, settings) ->
        factory.create(clock, gpus, settings.withGateTokens(Integer.MAX_VALUE));
  }

  private static Scheduler.Factory undelayed(Scheduler.Factory factory) {
    return (clock, gpus, settings) ->
        factory.create(clock, gpus, settings.withDelay(Duration.ZERO));
  }
}
