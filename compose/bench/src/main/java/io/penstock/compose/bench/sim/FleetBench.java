package io.penstock.compose.bench.sim;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.trace.TraceRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs policies over the same requests on the same simulated workers. One policy after the other,
 * so that memory holds one run.
 */
public final class FleetBench implements Bench {

  /** The name of Penstock's own policy. */
  public static final String PENSTOCK = "penstock";

  private final FleetBenchSettings settings;

  public FleetBench(FleetBenchSettings settings) {
    this.settings = settings;
  }

  /** The names of all policies that mixed classes are compared by. */
  public static List<String> policiesOfClasses() {
    return Policies.OF_CLASSES;
  }

  @Override
  public Findings run(BenchProgress progress) throws IOException {
    Map<String, Scheduler.Factory> policies = Policies.named(settings.policies());
    Map<String, List<FleetMetrics>> results = new LinkedHashMap<>();
    int runs = policies.size() * settings.repeats();
    int done = 0;
    long served = 0;
    int leftOut = 0;
    long wallNanos = 0;
    for (int repeat = 0; repeat < settings.repeats(); repeat++) {
      long seed = settings.seed() + repeat;
      List<TraceRow> rows = settings.rows(seed);
      List<SimRequest> requests =
          settings.mix().requests(rows, settings.load(), settings.gpuProfile(), seed);
      leftOut = rows.size() - requests.size();
      for (Map.Entry<String, Scheduler.Factory> policy : policies.entrySet()) {
        progress.at(policy.getKey(), (double) done++ / runs);
        long began = System.nanoTime();
        FleetSimulation.Outcome outcome =
            FleetSimulation.run(policy.getValue(), requests, settings.fleet(seed));
        wallNanos += System.nanoTime() - began;
        served += requests.size();
        results.computeIfAbsent(policy.getKey(), name -> new ArrayList<>()).add(outcome.metrics());
      }
    }
    progress.at("done", 1);
    double perMinute = served / (wallNanos / 60e9);
    return new FleetReport(settings, results, leftOut, perMinute).findings();
  }
}
