package io.penstock.streams.control.experiment;

import io.penstock.streams.control.observation.Observation;
import java.util.Locale;
import java.util.OptionalDouble;

/** What is compared between arms. */
public enum Metric {
  /** The share of results with an answer. */
  SUCCESS(true),
  /** Milliseconds from acceptance to the first token, of successes. */
  FIRST_TOKEN_MS(false),
  /** Milliseconds from acceptance to the result, of successes. */
  TOTAL_MS(false),
  /** Generated tokens. */
  OUTPUT_TOKENS(false),
  /** Cost in the registry's currency. */
  COST(false),
  /** Mean feedback score, from 0 to 1, of results that were judged. */
  FEEDBACK(true);

  private final boolean higherIsBetter;

  Metric(boolean higherIsBetter) {
    this.higherIsBetter = higherIsBetter;
  }

  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /** The word that experiments use. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The metric of this label, which {@code Experiment} has checked. */
  public static Metric ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  /** What a result says of it; feedback comes apart. */
  OptionalDouble of(Observation observation) {
    return switch (this) {
      case SUCCESS -> OptionalDouble.of(observation.succeeded() ? 1 : 0);
      case FIRST_TOKEN_MS -> observation.firstTokenMillis();
      case TOTAL_MS -> observation.totalMillis();
      case OUTPUT_TOKENS -> observation.outputTokens();
      case COST -> observation.cost();
      case FEEDBACK -> OptionalDouble.empty();
    };
  }
}
