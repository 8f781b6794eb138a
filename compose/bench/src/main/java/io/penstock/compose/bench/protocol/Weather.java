package io.penstock.compose.bench.protocol;

import java.util.EnumMap;
import java.util.Map;

/**
 * Decides when something goes wrong. Storms, in which faults may come, and calms, in which none
 * begins, follow each other. Each kind of fault draws from a source of its own. In each storm some
 * kinds are many times as frequent as in others and some are absent: mixtures find more than an
 * even rate of everything does (Groce et al., "Swarm testing", ISSTA 2012).
 */
final class Weather {

  /** How many times as frequent as usual a kind may be in a storm. */
  private static final int[] FREQUENCIES = {0, 1, 1, 20};

  /** The highest frequency of anything: once in so many times. */
  private static final int HIGHEST = 4;

  private final Map<FaultKind, Chance> chances = new EnumMap<>(FaultKind.class);
  private final Map<FaultKind, Long> counts = new EnumMap<>(FaultKind.class);
  private final Map<FaultKind, Integer> frequencies = new EnumMap<>(FaultKind.class);
  private boolean stormy;

  Weather(ProtocolSettings settings) {
    for (FaultKind kind : settings.faults()) {
      chances.put(kind, new Chance(settings.seed(), kind.name()));
    }
  }

  /** A storm begins. */
  void storm() {
    stormy = true;
    chances.forEach((kind, chance) -> frequencies.put(kind, FREQUENCIES[chance.below(4)]));
  }

  void calm() {
    stormy = false;
  }

  boolean isStormy() {
    return stormy;
  }

  /** Returns whether a fault of this kind comes now, once in so many times that it is asked. */
  boolean brings(FaultKind kind, int oneIn) {
    Chance chance = chances.get(kind);
    int frequency = frequencies.getOrDefault(kind, 0);
    boolean comes =
        chance != null
            && stormy
            && frequency > 0
            && chance.oneIn(Math.max(HIGHEST, oneIn / frequency));
    if (comes) {
      counts.merge(kind, 1L, Long::sum);
    }
    return comes;
  }

  /** Nanoseconds by which a clock that is set now is off. */
  long skew(int mostMillis) {
    Chance chance = chances.get(FaultKind.SKEW);
    if (chance == null) {
      return 0;
    }
    counts.merge(FaultKind.SKEW, 1L, Long::sum);
    return chance.millis(0, 2 * mostMillis) - mostMillis * 1_000_000L;
  }

  /** How many of each kind came. */
  Map<FaultKind, Long> counts() {
    Map<FaultKind, Long> all = new EnumMap<>(FaultKind.class);
    for (FaultKind kind : FaultKind.values()) {
      all.put(kind, counts.getOrDefault(kind, 0L));
    }
    return all;
  }
}
