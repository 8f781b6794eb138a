package io.penstock.compose.front;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Something that happens to instances.
 *
 * @param after how long after the one before
 * @param kind what happens
 * @param instances to whom it happens at once
 * @param away how long it takes until they are started, or go on; an instance that stops is started
 *     when it has ended
 */
record Crash(Duration after, Kind kind, List<Integer> instances, Duration away) {

  enum Kind {
    /** As with {@code kill -9}. */
    KILL,
    /**
     * As with {@code kill -STOP}: others take its partitions, and then it goes on as if nothing
     * was.
     */
    PAUSE,
    /** As with {@code kill}. */
    STOP
  }

  private static final Duration LEAST_AFTER = Duration.ofSeconds(3);
  private static final Duration MOST_AFTER = Duration.ofSeconds(11);
  private static final Duration MOST_AWAY = Duration.ofSeconds(6);

  /** What happens in this time, as a seed says; an instance is killed first. */
  static List<Crash> schedule(long seed, int instances, Duration length) {
    Random random = new Random(seed);
    List<Crash> schedule = new ArrayList<>();
    Duration at = Duration.ZERO;
    while (true) {
      Crash next = next(random, schedule.isEmpty() ? Kind.KILL : kind(random), instances);
      at = at.plus(next.after);
      if (at.compareTo(length) > 0) {
        return List.copyOf(schedule);
      }
      at = at.plus(next.away);
      schedule.add(next);
    }
  }

  private static Crash next(Random random, Kind kind, int instances) {
    Duration after = between(random, LEAST_AFTER, MOST_AFTER);
    int count = kind == Kind.KILL && random.nextInt(4) == 0 ? 1 + random.nextInt(instances) : 1;
    List<Integer> all = new ArrayList<>(IntStream.range(0, instances).boxed().toList());
    Collections.shuffle(all, random);
    Duration away = kind == Kind.STOP ? Duration.ZERO : between(random, Duration.ZERO, MOST_AWAY);
    return new Crash(after, kind, List.copyOf(all.subList(0, count)), away);
  }

  private static Kind kind(RandomGenerator random) {
    return switch (random.nextInt(10)) {
      case 0, 1 -> Kind.PAUSE;
      case 2 -> Kind.STOP;
      default -> Kind.KILL;
    };
  }

  private static Duration between(RandomGenerator random, Duration least, Duration most) {
    return Duration.ofMillis(random.nextLong(least.toMillis(), most.toMillis()));
  }
}
