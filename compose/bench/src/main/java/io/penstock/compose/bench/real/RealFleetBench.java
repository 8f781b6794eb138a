package io.penstock.compose.bench.real;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.sim.FleetExperiment;
import io.penstock.compose.bench.sim.FleetMetrics;
import java.io.IOException;

/**
 * Penstock for real beside Penstock simulated: the same requests, workers and limits, judged alike.
 */
public final class RealFleetBench implements Bench {

  private final RealFleetSettings settings;

  public RealFleetBench(RealFleetSettings settings) {
    this.settings = settings;
  }

  @Override
  public Findings run(BenchProgress progress) throws IOException, InterruptedException {
    FleetExperiment experiment = FleetExperiment.within(settings.fleet(), settings.length());
    progress.at("sim", 0);
    FleetMetrics simulated = experiment.simulated();
    progress.at("starting", 0.02);
    try (RealFleetRun run = new RealFleetRun(experiment, settings.scale())) {
      RealFleetRun.Outcome outcome = run.run(progress);
      FleetMetrics real =
          experiment.judged(outcome.log().onTraceClock(outcome.begin(), settings.scale()));
      progress.at("done", 1);
      return new RealFleetReport(settings, experiment.requests().size(), simulated, real, outcome)
          .findings();
    }
  }
}
