package io.penstock.compose.bench.sim;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.trace.TraceRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Measures how much the default rank's parameters matter: each halved and doubled, over traces,
 * loads and shares of slow workers, beside the clairvoyant's result on the same requests.
 */
public final class FleetSweep implements Bench {

  static final String CLAIRVOYANT = "clairvoyant";

  private final FleetSweepSettings settings;

  public FleetSweep(FleetSweepSettings settings) {
    this.settings = settings;
  }

  /**
   * The results of the schedulers in one situation.
   *
   * @param runs by rank or {@link #CLAIRVOYANT}, one for each seed
   */
  record Scenario(
      String trace, double load, double slowShare, Map<String, List<FleetMetrics>> runs) {}

  @Override
  public Findings run(BenchProgress progress) throws IOException {
    Map<String, Scheduler.Factory> schedulers = schedulers();
    List<@Nullable Path> sources = settings.sources();
    List<Scenario> scenarios = new ArrayList<>();
    int all = sources.size() * settings.loads().size() * settings.slowShares().size();
    for (@Nullable Path source : sources) {
      for (double load : settings.loads()) {
        for (double slowShare : settings.slowShares()) {
          double done = scenarios.size();
          BenchProgress part = progress.part(done / all, (done + 1) / all);
          scenarios.add(scenario(source, load, slowShare, schedulers, part));
        }
      }
    }
    progress.at("done", 1);
    return new FleetSweepReport(settings, scenarios).findings();
  }

  private Scenario scenario(
      @Nullable Path source,
      double load,
      double slowShare,
      Map<String, Scheduler.Factory> schedulers,
      BenchProgress progress)
      throws IOException {
    FleetBenchSettings fleet = settings.at(source, load, slowShare);
    Map<String, List<FleetMetrics>> runs = new LinkedHashMap<>();
    int done = 0;
    for (int repeat = 0; repeat < fleet.repeats(); repeat++) {
      long seed = fleet.seed() + repeat;
      List<TraceRow> rows = settings.rows(source, seed);
      List<SimRequest> requests = fleet.mix().requests(rows, load, fleet.gpuProfile(), seed);
      for (Map.Entry<String, Scheduler.Factory> each : schedulers.entrySet()) {
        progress.at(
            "%s x%s, %s slow: %s".formatted(fleet.traceName(), load, slowShare, each.getKey()),
            (double) done++ / (fleet.repeats() * schedulers.size()));
        runs.computeIfAbsent(each.getKey(), name -> new ArrayList<>())
            .add(FleetSimulation.run(each.getValue(), requests, fleet.fleet(seed)).metrics());
      }
    }
    return new Scenario(fleet.traceName(), load, slowShare, runs);
  }

  private static Map<String, Scheduler.Factory> schedulers() {
    Map<String, Scheduler.Factory> schedulers = new LinkedHashMap<>();
    schedulers.putAll(Policies.named(List.of(CLAIRVOYANT)));
    RankVariants.all().forEach((name, rank) -> schedulers.put(name, PullFleet.ranked(rank)));
    return schedulers;
  }
}
