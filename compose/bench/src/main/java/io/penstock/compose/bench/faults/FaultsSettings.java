package io.penstock.compose.bench.faults;

import io.penstock.compose.bench.faults.plan.FaultType;
import io.penstock.compose.bench.faults.plan.FaultsLayout;
import java.time.Duration;
import java.util.List;

/**
 * What a run under faults is like.
 *
 * @param seed of the faults and of the load
 * @param time how long the load lasts, 30 s to 2 h
 * @param layout the processes
 * @param rate requests per second written to Kafka, above 0 to 500
 * @param types the faults that may come
 * @param named whether somebody chose the types
 * @param patience how long everything may take to be answered after the load, 10 s to 1 h
 */
public record FaultsSettings(
    long seed,
    Duration time,
    FaultsLayout layout,
    double rate,
    List<FaultType> types,
    boolean named,
    Duration patience) {

  private static final Duration SHORTEST = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofHours(2);
  private static final Duration LEAST_PATIENCE = Duration.ofSeconds(10);
  private static final Duration MOST_PATIENCE = Duration.ofHours(1);
  private static final double FASTEST = 500;

  public FaultsSettings {
    types = List.copyOf(types);
    if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "minutes is %s; it must be 0.5 to 120".formatted(time.toMillis() / 60_000.0));
    }
    if (!(rate > 0) || rate > FASTEST) {
      throw new IllegalArgumentException(
          "rate is %s; it must be above 0, and %.0f at most".formatted(rate, FASTEST));
    }
    if (patience.compareTo(LEAST_PATIENCE) < 0 || patience.compareTo(MOST_PATIENCE) > 0) {
      throw new IllegalArgumentException(
          "patience is %d s; it must be 10 s to 1 h".formatted(patience.toSeconds()));
    }
  }
}
