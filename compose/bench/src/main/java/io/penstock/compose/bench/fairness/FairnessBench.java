package io.penstock.compose.bench.fairness;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.sim.TenantSimulation;
import io.penstock.compose.bench.sim.TenantSimulation.Order;
import io.penstock.compose.bench.sim.TenantSimulation.Served;
import io.penstock.compose.bench.sim.TenantSimulation.Setup;
import io.penstock.compose.bench.trace.TraceRow;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures how evenly tenants are served, by policy: the experiment of the VTC paper with the
 * production dispatch and worker code on a virtual clock; and what a flood does to a quiet tenant.
 */
public final class FairnessBench implements Bench {

  private static final int REQUESTS_PER_MINUTE = 5;

  private final FairnessBenchSettings settings;

  public FairnessBench(FairnessBenchSettings settings) {
    this.settings = settings;
  }

  private record Policy(Order order, boolean lengthsKnown, boolean limited) {}

  /** The results of one policy in one repeat. */
  record Run(ServiceDifference difference, double tokensPerSecond) {}

  @Override
  public Findings run(BenchProgress progress) throws IOException {
    Map<String, Policy> policies = policies();
    Map<String, List<Run>> runs = new LinkedHashMap<>();
    List<Flood.Outcome> floods = new ArrayList<>();
    int all = (policies.size() + 1) * settings.repeats();
    int done = 0;
    for (int repeat = 0; repeat < settings.repeats(); repeat++) {
      List<TraceRow> rows = settings.rows(repeat);
      for (Map.Entry<String, Policy> policy : policies.entrySet()) {
        progress.at(policy.getKey(), (double) done++ / all);
        runs.computeIfAbsent(policy.getKey(), name -> new ArrayList<>())
            .add(run(rows, policy.getValue()));
      }
      progress.at("flood", (double) done++ / all);
      floods.add(Flood.DEFAULT.run(settings, repeat));
    }
    progress.at("done", 1);
    return new FairnessReport(settings, runs, floods).findings();
  }

  private Run run(List<TraceRow> rows, Policy policy) {
    List<TraceRow> admitted =
        policy.limited() ? new RateLimit(REQUESTS_PER_MINUTE).admitted(rows) : rows;
    Setup setup =
        new Setup(
            settings.gpuProfile(),
            settings.workers(),
            FairnessBenchSettings.DELAY,
            settings.serviceClass(),
            policy.order(),
            policy.lengthsKnown());
    List<Served> served = TenantSimulation.run(admitted, setup);
    double length = Math.ceil(rows.getLast().arrivalMillis() / 1000);
    return new Run(ServiceDifference.of(served, length), ServiceDifference.tokensPerSecond(served));
  }

  private Map<String, Policy> policies() {
    FairnessSettings fairness = settings.fairness();
    Map<String, Policy> policies = new LinkedHashMap<>();
    policies.put("fcfs", new Policy(new Order.Arrival(), false, false));
    policies.put(
        "least_counter_first",
        new Policy(new Order.Production(fairness.withIdleCredit()), false, false));
    policies.put("rate_limit_5_per_min", new Policy(new Order.Arrival(), false, true));
    policies.put("vtc", new Policy(new Order.Production(fairness), false, false));
    policies.put("vtc_known_lengths", new Policy(new Order.Production(fairness), true, false));
    return policies;
  }
}
