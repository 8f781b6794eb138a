package io.penstock.compose.bench.fairness;

import io.penstock.compose.bench.trace.TraceRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes up the requests of many tenants, a few of whom send most: as on a public chat service, the
 * rate of the n-th is proportional to 1/n, and each is away for a part of the time.
 *
 * @param seconds how long the trace is
 * @param tenants how many there are
 * @param requestsPerSecond of all of them while none is away
 */
record TenantTrace(double seconds, int tenants, double requestsPerSecond) {

  /** A quarter more than one A10G serves, as in the trace of the VTC paper. */
  static final TenantTrace DEFAULT = new TenantTrace(600, 27, 3.6);

  private static final double SPELL_SECONDS = 100;
  private static final double AWAY = 0.3;

  /** The same seed gives the same trace, ten minutes of 27 tenants by default. */
  List<TraceRow> generate(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double harmonic = 0;
    for (int rank = 1; rank <= tenants; rank++) {
      harmonic += 1.0 / rank;
    }
    List<TraceRow> rows = new ArrayList<>();
    for (int rank = 1; rank <= tenants; rank++) {
      double rate = requestsPerSecond / harmonic / rank;
      for (double spell = 0; spell < seconds; spell += SPELL_SECONDS) {
        if (random.nextDouble() >= AWAY) {
          poisson("t" + rank, spell, Math.min(SPELL_SECONDS, seconds - spell), rate, random, rows);
        }
      }
    }
    rows.sort(Comparator.comparingDouble(TraceRow::arrivalMillis));
    return List.copyOf(rows);
  }

  /** Adds requests of one tenant: prompts of 50 tokens and answers of 170, median, lognormal. */
  static void poisson(
      String tenant,
      double from,
      double length,
      double rate,
      SplittableRandom random,
      List<TraceRow> rows) {
    double at = random.nextExponential() / rate;
    while (at < length) {
      rows.add(
          new TraceRow(
              (from + at) * 1000, tokens(50, 1.4, random), tokens(170, 0.9, random), tenant, "x"));
      at += random.nextExponential() / rate;
    }
  }

  private static int tokens(double median, double sigma, SplittableRandom random) {
    return Math.clamp(Math.round(median * Math.exp(sigma * random.nextGaussian())), 1, 1024);
  }
}
