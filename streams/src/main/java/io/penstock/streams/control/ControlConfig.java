package io.penstock.streams.control;

import io.penstock.schemas.settings.Range;
import io.penstock.streams.score.service.ServiceLevels;
import java.time.Duration;

/**
 * The settings of the control loop. A contradiction stops start-up.
 *
 * @param levels what each class promises: what pressure is measured against
 * @param interval between two decisions, 100 ms to 1 min
 * @param sessionTimeout how soon a dead leader is followed by another, 6 s to 5 min by a broker's
 *     usual limits
 * @param transactionTimeout how long a dead leader's open transaction may hold readers back
 * @param afterOverwritten how long another writer of the routing topic is left alone, 0 to 1 min
 * @param mostJudged results that late feedback can still be counted for, 100 to 10 million
 */
public record ControlConfig(
    ServiceLevels levels,
    Duration interval,
    Duration sessionTimeout,
    Duration transactionTimeout,
    Duration afterOverwritten,
    int mostJudged) {

  public static final ControlConfig DEFAULT =
      new ControlConfig(
          ServiceLevels.DEFAULT,
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          100_000);

  public ControlConfig {
    Range.require("interval", interval, Duration.ofMillis(100), Duration.ofMinutes(1));
    Range.require("sessionTimeout", sessionTimeout, Duration.ofSeconds(1), Duration.ofMinutes(5));
    Range.require(
        "transactionTimeout", transactionTimeout, Duration.ofSeconds(2), Duration.ofMinutes(5));
    Range.require("afterOverwritten", afterOverwritten, Duration.ZERO, Duration.ofMinutes(1));
    Range.require("mostJudged", mostJudged, 100, 10_000_000);
  }

  /** A copy with other promises. */
  public ControlConfig withLevels(ServiceLevels other) {
    return new ControlConfig(
        other, interval, sessionTimeout, transactionTimeout, afterOverwritten, mostJudged);
  }
}
