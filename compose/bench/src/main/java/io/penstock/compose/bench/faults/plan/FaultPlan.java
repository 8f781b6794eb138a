package io.penstock.compose.bench.faults.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Which faults come when: a function of the seed, the length, the layout and the types. One comes
 * at a time, with a rest in which the parts recover, so that no two together exceed what is
 * promised. All types come once, in an order of chance, before any comes again.
 */
public final class FaultPlan {

  /** Long enough for the first results. */
  private static final Duration FIRST = Duration.ofSeconds(15);

  private static final int LEAST_REST_MILLIS = 5_000;
  private static final int MOST_REST_MILLIS = 12_000;
  private static final Duration LONG_RUN = Duration.ofMinutes(15);

  private FaultPlan() {}

  /**
   * The plan of a run.
   *
   * @param time how long the load lasts
   * @param types those that may come; ones that the layout has no target for are left out
   * @param named whether somebody chose the types: then long ones come in short runs, too
   */
  public static List<PlannedFault> of(
      long seed, Duration time, FaultsLayout layout, Collection<FaultType> types, boolean named) {
    Random random = new Random(seed);
    List<FaultType> possible =
        types.stream()
            .filter(type -> layout.brokers() > 1 || !type.needsSeveralBrokers())
            .filter(type -> named || !type.isLong() || time.compareTo(LONG_RUN) >= 0)
            .sorted()
            .distinct()
            .toList();
    List<PlannedFault> plan = new ArrayList<>();
    Duration at = FIRST;
    boolean fits = !possible.isEmpty();
    while (fits) {
      fits = false;
      List<FaultType> round = new ArrayList<>(possible);
      Collections.shuffle(round, random);
      for (FaultType type : round) {
        PlannedFault next = fault(random, at, type, layout);
        Duration end = at.plus(next.length()).plus(type.recovery());
        if (end.compareTo(time) <= 0) {
          plan.add(next);
          at = end.plusMillis(random.nextInt(LEAST_REST_MILLIS, MOST_REST_MILLIS));
          fits = true;
        }
      }
    }
    return List.copyOf(plan);
  }

  private static PlannedFault fault(
      RandomGenerator random, Duration at, FaultType type, FaultsLayout layout) {
    List<String> targets = layout.targets(type);
    String target = targets.get(random.nextInt(targets.size()));
    long length =
        random.nextLong(type.leastSeconds() * 1000L, Math.addExact(type.mostSeconds() * 1000L, 1));
    Duration skew = random.nextBoolean() ? type.skew() : type.skew().negated();
    return new PlannedFault(at, type, target, Duration.ofMillis(length), skew);
  }
}
