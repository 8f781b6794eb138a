package io.penstock.broker.limits;

import java.time.Duration;
import java.util.Map;

/** OpenAI's headers that say how much of a limit is left. */
final class LimitHeaders {

  private LimitHeaders() {}

  /**
   * The headers of one limit.
   *
   * @param what {@code requests} or {@code tokens}
   * @param reset until the limit is whole again
   */
  static Map<String, String> of(String what, long limit, long remaining, Duration reset) {
    return Map.of(
        "x-ratelimit-limit-" + what, Long.toString(limit),
        "x-ratelimit-remaining-" + what, Long.toString(Math.max(0, remaining)),
        "x-ratelimit-reset-" + what, text(reset));
  }

  /** As OpenAI writes it: {@code 20ms}, {@code 1.5s}, {@code 6m0s}. */
  static String text(Duration reset) {
    if (reset.toMillis() < 1000) {
      return reset.toMillis() + "ms";
    }
    String seconds =
        reset.toMillisPart() == 0
            ? Integer.toString(reset.toSecondsPart())
            : "%d.%03d".formatted(reset.toSecondsPart(), reset.toMillisPart());
    return reset.toMinutes() == 0 ? seconds + "s" : reset.toMinutes() + "m" + seconds + "s";
  }
}
