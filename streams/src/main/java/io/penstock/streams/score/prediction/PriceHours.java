package io.penstock.streams.score.prediction;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.PriceWindow;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Comparator;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hours of the day at which a model's prices differ. A window that cannot be understood counts
 * for nothing: the registry's rules refuse it, and prices must not stop requests.
 */
public final class PriceHours {

  private static final Logger LOG = LoggerFactory.getLogger(PriceHours.class);

  /**
   * A cheaper time to come.
   *
   * @param at when it begins
   * @param factor what prices are multiplied by then
   */
  public record Cheaper(Instant at, double factor) {}

  private PriceHours() {}

  /** Returns what the model's prices are multiplied by at a time; 1 outside of all windows. */
  public static double factor(ModelSpec spec, Instant at) {
    for (PriceWindow window : spec.getPriceWindows()) {
      if (holds(window, at)) {
        return window.getFactor();
      }
    }
    return 1;
  }

  /**
   * The cheapest window that begins after a time and no later than another, the earliest of equally
   * cheap ones; empty if none is cheaper than the time itself.
   */
  public static Optional<Cheaper> next(ModelSpec spec, Instant after, Instant latest) {
    if (spec.getPriceWindows().isEmpty()) {
      return Optional.empty();
    }
    double now = factor(spec, after);
    return spec.getPriceWindows().stream()
        .filter(window -> window.getFactor() < now)
        .flatMap(
            window -> begin(window, after).map(at -> new Cheaper(at, window.getFactor())).stream())
        .filter(cheaper -> !cheaper.at().isAfter(latest))
        .min(Comparator.comparingDouble(Cheaper::factor).thenComparing(Cheaper::at));
  }

  private static boolean holds(PriceWindow window, Instant at) {
    try {
      int minute = minuteOfDay(at.atZone(ZoneId.of(window.getZone())).toLocalTime());
      int from = minuteOfDay(LocalTime.parse(window.getFrom()));
      int to = minuteOfDay(LocalTime.parse(window.getTo()));
      return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
    } catch (DateTimeException e) {
      LOG.debug("Price window {} is ignored", window, e);
      return false;
    }
  }

  private static Optional<Instant> begin(PriceWindow window, Instant after) {
    try {
      ZonedDateTime day = after.atZone(ZoneId.of(window.getZone()));
      LocalTime from = LocalTime.parse(window.getFrom());
      ZonedDateTime today = day.toLocalDate().atTime(from).atZone(day.getZone());
      ZonedDateTime next =
          today.toInstant().isAfter(after)
              ? today
              : day.toLocalDate().plusDays(1).atTime(from).atZone(day.getZone());
      return Optional.of(next.toInstant());
    } catch (DateTimeException e) {
      LOG.debug("Price window {} is ignored", window, e);
      return Optional.empty();
    }
  }

  private static int minuteOfDay(LocalTime time) {
    return time.getHour() * 60 + time.getMinute();
  }
}
