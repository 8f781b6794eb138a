package io.penstock.compose.bench.fairness;

import io.penstock.compose.bench.sim.TenantSimulation;
import io.penstock.compose.bench.sim.TenantSimulation.Order;
import io.penstock.compose.bench.sim.TenantSimulation.Served;
import io.penstock.compose.bench.sim.TenantSimulation.Setup;
import io.penstock.compose.bench.trace.TraceRow;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.dispatch.fairness.LightTenants;
import io.penstock.workers.engine.simulated.GpuProfiles;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A quiet tenant and one that sends many times what the workers can serve, both interactive, on
 * workers {@code llama3.1-8b_a100tp2}.
 *
 * @param seconds how long both send
 * @param quietPerSecond requests of the quiet one
 * @param floodPerSecond requests of the other
 * @param workers how many
 */
record Flood(double seconds, double quietPerSecond, double floodPerSecond, int workers) {

  static final Flood DEFAULT = new Flood(120, 2, 200, 4);

  private static final String QUIET = "quiet";
  private static final String PROFILE = "llama3.1-8b_a100tp2";

  /**
   * The 99th percentile of the quiet tenant's time to first token, in milliseconds.
   *
   * @param heavyMillis flooded, and the quiet one does not go first for taking so little
   */
  record Outcome(double aloneMillis, double fairMillis, double heavyMillis, double unfairMillis) {}

  /** One repeat: other requests than in those before. */
  Outcome run(FairnessBenchSettings settings, int repeat) {
    SplittableRandom random = new SplittableRandom(settings.seed() + repeat);
    List<TraceRow> quiet = new ArrayList<>();
    TenantTrace.poisson(QUIET, 0, seconds, quietPerSecond, random, quiet);
    List<TraceRow> both = new ArrayList<>(quiet);
    TenantTrace.poisson("flood", 0, seconds, floodPerSecond, random, both);
    both.sort(Comparator.comparingDouble(TraceRow::arrivalMillis));
    return new Outcome(
        p99(quiet, settings.fairness()),
        p99(both, settings.fairness()),
        p99(both, settings.fairness().withLight(LightTenants.NONE)),
        p99(both, FairnessSettings.OFF));
  }

  private double p99(List<TraceRow> rows, FairnessSettings fairness) {
    Setup setup =
        new Setup(
            GpuProfiles.builtIn().named(PROFILE),
            workers,
            FairnessBenchSettings.DELAY,
            ServiceClass.INTERACTIVE,
            new Order.Production(fairness),
            false);
    double[] waits =
        TenantSimulation.run(rows, setup).stream()
            .filter(each -> each.tenant().equals(QUIET))
            .mapToDouble(Flood::millisToFirstToken)
            .sorted()
            .toArray();
    return waits[(int) Math.ceil(0.99 * waits.length) - 1];
  }

  private static double millisToFirstToken(Served served) {
    return (served.firstToken() - served.arrival()) * 1000;
  }
}
