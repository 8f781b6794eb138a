package io.penstock.streams.control.spend;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/** The periods of budgets, in UTC. */
public enum BudgetPeriod {
  HOUR,
  DAY,
  MONTH;

  /** The period of this name, as budgets spell it. */
  public static Optional<BudgetPeriod> of(String name) {
    for (BudgetPeriod period : values()) {
      if (period.label().equals(name)) {
        return Optional.of(period);
      }
    }
    return Optional.empty();
  }

  /** The word that budgets use. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** When the period began that holds this instant. */
  public Instant start(Instant instant) {
    return switch (this) {
      case HOUR -> instant.truncatedTo(ChronoUnit.HOURS);
      case DAY -> instant.truncatedTo(ChronoUnit.DAYS);
      case MONTH -> date(instant).withDayOfMonth(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    };
  }

  /** When the period ends that holds this instant. */
  public Instant end(Instant instant) {
    return switch (this) {
      case HOUR -> start(instant).plus(1, ChronoUnit.HOURS);
      case DAY -> start(instant).plus(1, ChronoUnit.DAYS);
      case MONTH ->
          date(instant).withDayOfMonth(1).plusMonths(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    };
  }

  private static LocalDate date(Instant instant) {
    return LocalDate.ofInstant(instant, ZoneOffset.UTC);
  }
}
