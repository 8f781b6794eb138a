package io.penstock.schemas.routing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** The periods of budgets, in UTC. Documents spell them in lower case. */
public enum BudgetPeriod {
  HOUR,
  DAY,
  MONTH;

  private final String spelling = name().toLowerCase(Locale.ROOT);

  @JsonCreator
  static BudgetPeriod of(String spelling) {
    return Field.constant("budgets.period", spelling, BudgetPeriod.class);
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

  @Override
  @JsonValue
  public String toString() {
    return spelling;
  }
}
