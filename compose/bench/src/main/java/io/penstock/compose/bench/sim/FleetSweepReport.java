package io.penstock.compose.bench.sim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.Spread;
import io.penstock.compose.bench.sim.FleetSweep.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Tables and JSON of a sweep: over all situations by rank, and each by itself. */
record FleetSweepReport(FleetSweepSettings settings, List<Scenario> scenarios) {

  private static final ToDoubleFunction<FleetMetrics> INTERACTIVE = FleetMetrics::interactiveSlo;
  private static final ToDoubleFunction<FleetMetrics> BATCH = FleetMetrics::batchSlo;

  /** Differences in points over all situations; NaN if there are none. */
  private record Differences(double least, double mean, double most) {}

  Findings findings() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    FleetBenchSettings base = settings.base();
    json.put("mode", "sim")
        .put("profile", base.profile())
        .put("workers", base.workers())
        .put("repeats", base.repeats())
        .put("most_requests", settings.mostRequests());
    return new Findings(
        List.of(ranks(json.putObject("ranks")), each(json.putArray("scenarios"))),
        List.of(),
        json,
        List.of(note(base)));
  }

  private BenchTable ranks(ObjectNode json) {
    BenchTable table =
        new BenchTable(
            "ranks",
            "rank",
            "interactive to default",
            "min..max",
            "batch to default",
            "min..max",
            "interactive to clairvoyant",
            "batch to clairvoyant");
    for (String rank : RankVariants.all().keySet()) {
      Differences interactive = differences(rank, RankVariants.DEFAULT, INTERACTIVE);
      Differences batch = differences(rank, RankVariants.DEFAULT, BATCH);
      Differences interactiveBound = differences(rank, FleetSweep.CLAIRVOYANT, INTERACTIVE);
      Differences batchBound = differences(rank, FleetSweep.CLAIRVOYANT, BATCH);
      table.row(
          rank,
          points(interactive.mean()),
          range(interactive),
          points(batch.mean()),
          range(batch),
          points(interactiveBound.mean()),
          points(batchBound.mean()));
      ObjectNode figures = json.putObject(rank);
      put(figures, "interactive_to_default", interactive);
      put(figures, "batch_to_default", batch);
      put(figures, "interactive_to_clairvoyant", interactiveBound);
      put(figures, "batch_to_clairvoyant", batchBound);
    }
    return table;
  }

  private BenchTable each(ArrayNode json) {
    BenchTable table =
        new BenchTable(
            "scenarios",
            "trace",
            "load",
            "slow",
            "rank",
            "interactive %",
            "to clairvoyant",
            "batch %",
            "to clairvoyant");
    for (Scenario scenario : scenarios) {
      ObjectNode object =
          json.addObject()
              .put("trace", scenario.trace())
              .put("load", scenario.load())
              .put("slow_share", scenario.slowShare());
      for (String name : scenario.runs().keySet()) {
        double interactive = median(scenario, name, INTERACTIVE);
        double batch = median(scenario, name, BATCH);
        table.row(
            scenario.trace(),
            Double.toString(scenario.load()),
            Double.toString(scenario.slowShare()),
            name,
            points(interactive),
            points(interactive - median(scenario, FleetSweep.CLAIRVOYANT, INTERACTIVE)),
            points(batch),
            points(batch - median(scenario, FleetSweep.CLAIRVOYANT, BATCH)));
        ObjectNode figures = object.putObject(name);
        Figures.put(figures, "interactive_slo", interactive);
        Figures.put(figures, "batch_slo", batch);
      }
    }
    return table;
  }

  private Differences differences(String rank, String base, ToDoubleFunction<FleetMetrics> of) {
    List<Double> all = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      double difference = median(scenario, rank, of) - median(scenario, base, of);
      if (Double.isFinite(difference)) {
        all.add(difference);
      }
    }
    if (all.isEmpty()) {
      return new Differences(Double.NaN, Double.NaN, Double.NaN);
    }
    Spread spread = Spread.of(all);
    double mean = all.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    return new Differences(spread.least(), mean, spread.most());
  }

  private static double median(
      Scenario scenario, String name, ToDoubleFunction<FleetMetrics> figure) {
    List<FleetMetrics> runs = scenario.runs().getOrDefault(name, List.of());
    return Spread.of(runs.stream().mapToDouble(figure).toArray()).median();
  }

  private static void put(ObjectNode json, String name, Differences differences) {
    Figures.put(json, name + "_min", differences.least());
    Figures.put(json, name + "_mean", differences.mean());
    Figures.put(json, name + "_max", differences.most());
  }

  private static String range(Differences differences) {
    return points(differences.least()) + ".." + points(differences.most());
  }

  private static String points(double figure) {
    return Double.isFinite(figure) ? String.format(Locale.ROOT, "%.2f", figure) : "-";
  }

  private String note(FleetBenchSettings base) {
    return "simulated on a virtual clock: %d situations of at most %d requests, %d workers %s,"
            .formatted(scenarios.size(), settings.mostRequests(), base.workers(), base.profile())
        + " medians of %d seeds; differences in points of percent; the first table is the mean"
            .formatted(base.repeats())
        + " over all situations, each parameter of the rank halved or doubled by itself";
  }
}
