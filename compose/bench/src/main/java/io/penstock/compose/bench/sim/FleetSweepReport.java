package io.penstock.compose.bench.sim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Columns;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.Spread;
import io.penstock.compose.bench.sim.FleetSweep.Scenario;
import io.penstock.compose.cli.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
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
    Map<String, String> ranks = new LinkedHashMap<>();
    RankVariants.all().keySet().forEach(rank -> ranks.put(rank, rank));
    ranks().putEach(json.putObject("ranks"), ranks);
    return new Findings(
        List.of(ranks().table("ranks", "rank", ranks), each(json.putArray("scenarios"))),
        List.of(),
        json,
        List.of(note(base)));
  }

  private Columns<String> ranks() {
    List<Column<String>> columns = new ArrayList<>();
    columns.addAll(ranged("interactive to default", "interactive_to_default", INTERACTIVE));
    columns.addAll(ranged("batch to default", "batch_to_default", BATCH));
    columns.addAll(means("interactive to clairvoyant", "interactive_to_clairvoyant", INTERACTIVE));
    columns.addAll(means("batch to clairvoyant", "batch_to_clairvoyant", BATCH));
    return Columns.of(columns);
  }

  /** How a rank differs from the default, on average and at most. */
  private List<Column<String>> ranged(
      String heading, String field, ToDoubleFunction<FleetMetrics> of) {
    List<Column<String>> columns =
        new ArrayList<>(
            columns(heading, field, rank -> differences(rank, RankVariants.DEFAULT, of)));
    columns.add(
        Column.shown("min..max", rank -> range(differences(rank, RankVariants.DEFAULT, of))));
    return columns;
  }

  private List<Column<String>> means(
      String heading, String field, ToDoubleFunction<FleetMetrics> of) {
    return columns(heading, field, rank -> differences(rank, FleetSweep.CLAIRVOYANT, of));
  }

  private static List<Column<String>> columns(
      String heading, String field, Function<String, Differences> of) {
    return List.of(
        Column.field(field + "_min", rank -> of.apply(rank).least()),
        Column.<String, Double>of(
            heading, field + "_mean", rank -> of.apply(rank).mean(), FleetSweepReport::points),
        Column.field(field + "_max", rank -> of.apply(rank).most()));
  }

  /** The runs of a rank, or of the clairvoyant, in one situation. */
  private record Runs(Scenario scenario, String name) {

    double median(ToDoubleFunction<FleetMetrics> figure) {
      return FleetSweepReport.median(scenario, name, figure);
    }

    double toClairvoyant(ToDoubleFunction<FleetMetrics> figure) {
      return median(figure) - new Runs(scenario, FleetSweep.CLAIRVOYANT).median(figure);
    }
  }

  private static final Columns<Runs> SCENARIOS =
      Columns.of(
          Column.shown("trace", each -> each.scenario().trace()),
          Column.shown("load", each -> Double.toString(each.scenario().load())),
          Column.shown("slow", each -> Double.toString(each.scenario().slowShare())),
          Column.shown("rank", Runs::name),
          Column.<Runs, Double>of(
              "interactive %",
              "interactive_slo", each -> each.median(INTERACTIVE), FleetSweepReport::points),
          Column.shown("to clairvoyant", each -> points(each.toClairvoyant(INTERACTIVE))),
          Column.<Runs, Double>of(
              "batch %", "batch_slo", each -> each.median(BATCH), FleetSweepReport::points),
          Column.shown("to clairvoyant", each -> points(each.toClairvoyant(BATCH))));

  private BenchTable each(ArrayNode json) {
    List<Runs> all = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      ObjectNode object =
          json.addObject()
              .put("trace", scenario.trace())
              .put("load", scenario.load())
              .put("slow_share", scenario.slowShare());
      for (String name : scenario.runs().keySet()) {
        Runs runs = new Runs(scenario, name);
        SCENARIOS.put(object.putObject(name), runs);
        all.add(runs);
      }
    }
    return SCENARIOS.table("scenarios", all);
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
