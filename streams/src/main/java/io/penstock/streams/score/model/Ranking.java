package io.penstock.streams.score.model;

import io.penstock.streams.score.hash.StableHash;
import io.penstock.streams.score.prediction.Forecast;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Orders options. First by tier, which no preference outweighs:
 *
 * <ol start="0">
 *   <li>usable, and in time
 *   <li>usable and done by the deadline, but later than the class's objective for the first token;
 *       told apart only where a goal decides
 *   <li>the same of a registered fallback
 *   <li>predicted to miss the deadline, or without a worker
 *   <li>unhealthy
 * </ol>
 *
 * Then by merit, from 0 to 1, which depends on the preference. A score is {@code (4 - tier + merit)
 * / 5}, so that scores order as decisions do.
 *
 * @param serves the option
 * @param tier from 0
 * @param score from 0 to 1; higher is better
 * @param goodEnough where a goal decides: whether its quality is
 */
record Ranking(ModelOption serves, int tier, double score, boolean goodEnough) {

  private static final int LAST_TIER = 4;

  /** Predicted waits that differ by less than this, or by a quarter, count as alike. */
  private static final double ALIKE_MILLIS = 50;

  private static final double ALIKE_FACTOR = 1.25;

  /** What is not known is taken to be middling: the merit of a wait of a second. */
  private static final double UNKNOWN_WAIT_MILLIS = 1_000;

  /**
   * The facts of a request that ranking needs.
   *
   * @param gain what the best candidate is predicted to add to the weakest; null: not asked
   * @param threshold the most of that gain that may be forgone
   */
  record Terms(
      Preference preference,
      String requestId,
      Instant objective,
      Instant deadline,
      Instant now,
      @Nullable Double gain,
      double threshold) {}

  /** The best first. */
  static List<Ranking> of(List<ModelOption> options, Terms terms) {
    Scale scale = Scale.of(options);
    return options.stream()
        .map(option -> rank(option, scale, terms))
        .sorted(
            Comparator.comparingDouble(Ranking::score)
                .reversed()
                .thenComparingDouble(ranking -> ranking.first().price())
                .thenComparingDouble(ranking -> -expected(ranking.first()))
                .thenComparingLong(ranking -> spread(ranking, terms))
                .thenComparingInt(ranking -> ranking.first().wish().preference()))
        .toList();
  }

  Forecast first() {
    return serves.first();
  }

  /** The score as results show it. */
  double roundedScore() {
    return rounded(score);
  }

  static double rounded(double score) {
    return Math.round(score * 1e4) / 1e4;
  }

  /** Returns whether it is usable and done by the deadline, and not a fallback. */
  boolean ready() {
    return tier <= 1;
  }

  private static Ranking rank(ModelOption option, Scale scale, Terms terms) {
    Forecast forecast = option.first();
    boolean goodEnough = goodEnough(forecast, scale, terms);
    int tier = tier(forecast, terms);
    double merit = Math.clamp(merit(forecast, scale, terms, goodEnough), 0, 1);
    return new Ranking(option, tier, (LAST_TIER - tier + merit) / (LAST_TIER + 1), goodEnough);
  }

  private static int tier(Forecast forecast, Terms terms) {
    if (!forecast.availability().usable()) {
      return LAST_TIER;
    }
    if (!forecast.timing().finishesBy(terms.deadline(), terms.now())) {
      return 3;
    }
    if (forecast.wish().fallback()) {
      return 2;
    }
    return terms.preference() instanceof Preference.ByGoal
            && !forecast.timing().beginsBy(terms.objective(), terms.now())
        ? 1
        : 0;
  }

  private static double merit(Forecast forecast, Scale scale, Terms terms, boolean goodEnough) {
    double cheapness = scale.highestPrice() > 0 ? 1 - forecast.price() / scale.highestPrice() : 1;
    return switch (terms.preference()) {
      case Preference.Order() -> 1 - (double) forecast.wish().preference() / scale.lastPreference();
      case Preference.Price() -> cheapness;
      case Preference.Latency() -> 1 / (1 + alike(forecast) / 1000);
      case Preference.Throughput() ->
          scale.fastest() > 0 ? forecast.timing().tokensPerSecond() / scale.fastest() : 0;
      case Preference.Quality() -> expected(forecast);
      case Preference.ByGoal goal ->
          goodEnough ? 0.5 + cheapness / 2 : 0.49 * scale.position(forecast);
    };
  }

  /**
   * Returns whether what is forgone is little enough. A candidate at position {@code p} between the
   * weakest and the best is taken to have the share p of the gain, so it forgoes {@code (1 - p)
   * gain}; of two candidates that is the rule of {@code Thresholds}: the strong one if the gain
   * exceeds the threshold. The best is always good enough.
   */
  private static boolean goodEnough(Forecast forecast, Scale scale, Terms terms) {
    double position = scale.position(forecast);
    return position >= 1
        || terms.gain() == null
        || (1 - position) * terms.gain() <= terms.threshold();
  }

  private static double expected(Forecast forecast) {
    return forecast.expectedQuality() == null ? 0 : forecast.expectedQuality();
  }

  /** The predicted wait, rounded so that small differences do not send everybody the same way. */
  private static double alike(Forecast forecast) {
    Double known = forecast.timing().firstTokenMillis();
    double millis = known == null ? UNKNOWN_WAIT_MILLIS : known;
    double step = Math.floor(Math.log1p(millis / ALIKE_MILLIS) / Math.log(ALIKE_FACTOR));
    return ALIKE_MILLIS * (Math.pow(ALIKE_FACTOR, step) - 1);
  }

  private static long spread(Ranking ranking, Terms terms) {
    return terms.preference() instanceof Preference.Latency
        ? new StableHash().add(terms.requestId()).add(ranking.first().target().toString()).value()
        : 0;
  }

  /** The scale that candidates are measured by. */
  private record Scale(
      double highestPrice, double fastest, int lastPreference, Positions positions) {

    static Scale of(List<ModelOption> options) {
      double highestPrice = 0;
      double fastest = 0;
      int lastPreference = 1;
      for (ModelOption option : options) {
        Forecast forecast = option.first();
        highestPrice = Math.max(highestPrice, forecast.price());
        fastest = Math.max(fastest, forecast.timing().tokensPerSecond());
        lastPreference = Math.max(lastPreference, forecast.wish().preference() + 1);
      }
      return new Scale(highestPrice, fastest, lastPreference, Positions.of(options));
    }

    double position(Forecast forecast) {
      return positions.of(forecast);
    }
  }
}
