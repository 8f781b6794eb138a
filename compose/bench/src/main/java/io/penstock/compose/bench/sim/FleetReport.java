package io.penstock.compose.bench.sim;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.Columns;
import io.penstock.compose.bench.FigureColumn;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.Spread;
import io.penstock.compose.chart.Chart;
import io.penstock.compose.cli.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Table, chart and JSON of a comparison of policies.
 *
 * @param results by policy, a figure for each repeat
 * @param leftOut requests of the last repeat's trace that fit no engine
 * @param simulatedPerMinute requests simulated per minute of wall time
 */
record FleetReport(
    FleetBenchSettings settings,
    Map<String, List<FleetMetrics>> results,
    int leftOut,
    double simulatedPerMinute) {

  Findings findings() {
    List<FigureColumn<FleetMetrics>> shares = shares();
    Columns<List<FleetMetrics>> columns = columns(shares);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    describe(json);
    columns.putEach(json.putObject("policies"), results);
    return new Findings(
        List.of(columns.table("policies", "policy", results)),
        List.of(chart(shares)),
        json,
        notes());
  }

  private static Columns<List<FleetMetrics>> columns(List<FigureColumn<FleetMetrics>> shares) {
    List<Column<List<FleetMetrics>>> columns = new ArrayList<>();
    for (FigureColumn<FleetMetrics> share : shares) {
      columns.add(
          Column.<List<FleetMetrics>, Double>of(
              share.heading(),
              share.field(),
              repeats -> spread(repeats, share).median(),
              FleetReport::percent));
      columns.add(Column.shown("min..max", repeats -> range(spread(repeats, share))));
    }
    for (FigureColumn<FleetMetrics> figure : FleetColumns.REST) {
      columns.add(
          Column.of(figure.heading(), figure.field(), repeats -> spread(repeats, figure).median()));
    }
    return Columns.of(columns);
  }

  private List<FigureColumn<FleetMetrics>> shares() {
    boolean standard =
        results.values().stream()
            .flatMap(List::stream)
            .anyMatch(metrics -> !Double.isNaN(metrics.standardSlo()));
    return standard
        ? List.of(FleetColumns.INTERACTIVE, FleetColumns.STANDARD, FleetColumns.BATCH)
        : List.of(FleetColumns.INTERACTIVE, FleetColumns.BATCH);
  }

  private void describe(ObjectNode json) {
    json.put("mode", "sim")
        .put("trace", settings.traceName())
        .put("profile", settings.profile())
        .put("workers", settings.workers())
        .put("slow_share", settings.slowShare())
        .put("load", settings.load())
        .put("delay_ms", settings.delay().toNanos() / 1e6)
        .put("repeats", settings.repeats())
        .put("left_out", leftOut);
    Figures.put(json, "simulated_per_min", simulatedPerMinute);
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add(
        String.format(
            Locale.ROOT,
            "simulated on a virtual clock: trace %s at %s times its load, %d workers %s, %.0f%% of"
                + " them 2x slower, %s ms each way, medians of %d seeds; penstock is the"
                + " production dispatch and worker code; time to first token is the interactive"
                + " requests'",
            settings.traceName(),
            settings.load(),
            settings.workers(),
            settings.profile(),
            settings.slowShare() * 100,
            settings.delay().toNanos() / 1e6,
            settings.repeats()));
    notes.add(
        String.format(
            Locale.ROOT, "%.1f million requests simulated per minute", simulatedPerMinute / 1e6));
    if (leftOut > 0) {
      notes.add(leftOut + " requests fit no engine's KV cache and were left out");
    }
    return notes;
  }

  private Chart chart(List<FigureColumn<FleetMetrics>> shares) {
    Chart.Builder chart =
        Chart.bars(
            "slo",
            String.format(
                Locale.ROOT,
                "Served in time: %s x%s, %d workers, %.0f%% slow (simulated)",
                settings.traceName(),
                settings.load(),
                settings.workers(),
                settings.slowShare() * 100),
            "policy",
            "% of requests",
            List.copyOf(results.keySet()));
    for (FigureColumn<FleetMetrics> column : shares) {
      chart.bar(
          column.heading(),
          results.values().stream()
              .map(repeats -> zero(spread(repeats, column).median()))
              .toList());
    }
    return chart.build();
  }

  private static double zero(double figure) {
    return Double.isFinite(figure) ? figure : 0;
  }

  /** Formats a share with the two decimals that tell good policies apart. */
  private static String percent(double figure) {
    return Double.isFinite(figure) ? String.format(Locale.ROOT, "%.2f", figure) : "-";
  }

  private static String range(Spread spread) {
    return String.format(Locale.ROOT, "%.2f..%.2f", spread.least(), spread.most());
  }

  private static Spread spread(List<FleetMetrics> repeats, FigureColumn<FleetMetrics> column) {
    return Spread.of(repeats.stream().mapToDouble(column.of()).toArray());
  }
}
