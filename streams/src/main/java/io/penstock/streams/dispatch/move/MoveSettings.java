package io.penstock.streams.dispatch.move;

import java.time.Duration;

/**
 * When and how many waiting requests go to another target.
 *
 * @param mostMoves how often one request may be moved, 0 or more; with 0 none ever is
 * @param movesPerTick requests of one shard moved in one tick, 1 or more: a tick is one transaction
 * @param lookedAtPerTick requests of one target whose predicted start is looked at in one tick, 1
 *     or more
 * @param margin how much earlier than needed an alternative must be predicted to begin, 0 or more
 * @param gain how many times sooner than here it must be predicted to begin, 1 or more
 */
public record MoveSettings(
    int mostMoves, int movesPerTick, int lookedAtPerTick, Duration margin, double gain) {

  public static final MoveSettings DEFAULT =
      new MoveSettings(3, 200, 1000, Duration.ofMillis(500), 1.5);

  public MoveSettings {
    if (mostMoves < 0) {
      throw new IllegalArgumentException(
          "mostMoves is %d; it must be 0 or more".formatted(mostMoves));
    }
    if (movesPerTick < 1 || lookedAtPerTick < 1) {
      throw new IllegalArgumentException("movesPerTick and lookedAtPerTick must be 1 or more");
    }
    if (margin.isNegative()) {
      throw new IllegalArgumentException("margin is %s; it must be 0 or more".formatted(margin));
    }
    if (!(gain >= 1 && gain <= 1000)) {
      throw new IllegalArgumentException("gain is %s; it must be from 1 to 1000".formatted(gain));
    }
  }
}
