package io.penstock.streams.dispatch.session;

import io.penstock.schemas.settings.Range;
import java.time.Duration;

/**
 * When a worker rests: it failed or refused requests that other workers then served.
 *
 * @param window how far back that counts, 1 s to 1 h
 * @param leastContradicted such requests below which nobody rests, 1 or more
 * @param share such requests must be, of themselves and those it served, 0 to below 1
 * @param first how long it rests the first time, twice as long each time that it fails again, 1 s
 *     or more
 * @param longest the most that grows to, no less than first
 */
public record RestSettings(
    Duration window, int leastContradicted, double share, Duration first, Duration longest) {

  public static final RestSettings DEFAULT =
      new RestSettings(
          Duration.ofSeconds(60), 3, 0.5, Duration.ofSeconds(15), Duration.ofMinutes(2));

  public RestSettings {
    Range.require("window", window, Duration.ofSeconds(1), Duration.ofHours(1));
    if (leastContradicted < 1) {
      throw new IllegalArgumentException(
          "leastContradicted is %d; it must be 1 or more".formatted(leastContradicted));
    }
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException(
          "share is %s; it must be 0 or more and below 1".formatted(share));
    }
    Range.require("first", first, Duration.ofSeconds(1), Duration.ofHours(1));
    Range.require("longest", longest, first, Duration.ofDays(1));
  }

  /** Returns how long it rests after so many rests in a row. */
  Duration length(int rests) {
    double millis = first.toMillis() * Math.scalb(1.0, Math.min(rests, 30));
    return millis >= longest.toMillis() ? longest : Duration.ofMillis((long) millis);
  }
}
