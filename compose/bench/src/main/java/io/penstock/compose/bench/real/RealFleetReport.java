package io.penstock.compose.bench.real;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.FigureColumn;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.sim.FleetBench;
import io.penstock.compose.bench.sim.FleetColumns;
import io.penstock.compose.bench.sim.FleetMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Table and JSON of a real run beside its simulation; times are those of the trace.
 *
 * @param sent requests
 */
record RealFleetReport(
    RealFleetSettings settings,
    int sent,
    FleetMetrics simulated,
    FleetMetrics real,
    RealFleetRun.Outcome outcome) {

  private static final List<FigureColumn<FleetMetrics>> SHARES =
      List.of(FleetColumns.INTERACTIVE, FleetColumns.BATCH);

  private static List<FigureColumn<FleetMetrics>> columns() {
    List<FigureColumn<FleetMetrics>> all = new ArrayList<>(SHARES);
    all.addAll(FleetColumns.REST);
    return all;
  }

  Findings findings() {
    BenchTable table = FigureColumn.table("real-and-sim", List.of("penstock"), columns());
    table.row(row("real", real));
    table.row(row("sim", simulated));
    List<Object> difference = new ArrayList<>(List.of("real - sim"));
    for (FigureColumn<FleetMetrics> column : columns()) {
      difference.add(cell(column, column.figure(real) - column.figure(simulated)));
    }
    table.row(difference.toArray());
    return new Findings(List.of(table), List.of(), json(), notes(), complete());
  }

  private static Object[] row(String name, FleetMetrics metrics) {
    List<Object> row = new ArrayList<>(List.of(name));
    columns().forEach(column -> row.add(cell(column, column.figure(metrics))));
    return row.toArray();
  }

  /** Shares with the two decimals that tell good runs apart. */
  private static Object cell(FigureColumn<FleetMetrics> column, double figure) {
    if (!Double.isFinite(figure)) {
      return "-";
    }
    return SHARES.contains(column) ? String.format(Locale.ROOT, "%.2f", figure) : (Object) figure;
  }

  private ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("mode", "real")
        .put("trace", settings.fleet().traceName())
        .put("profile", settings.fleet().profile())
        .put("workers", settings.fleet().workers())
        .put("slow_share", settings.fleet().slowShare())
        .put("load", settings.fleet().load())
        .put("minutes", settings.minutes())
        .put("speed_up", settings.scale().speedUp())
        .put("requests", sent)
        .put("unserved", sent - outcome.log().succeeded());
    Figures.put(json, "sent_late_ms", outcome.lateMicros() / 1e3);
    FigureColumn.put(json.putObject("policies").putObject(FleetBench.PENSTOCK), columns(), real);
    FigureColumn.put(json.putObject("real"), columns(), real);
    FigureColumn.put(json.putObject("sim"), columns(), simulated);
    ObjectNode difference = json.putObject("difference_points");
    for (FigureColumn<FleetMetrics> column : SHARES) {
      Figures.put(difference, column.field(), column.figure(real) - column.figure(simulated));
    }
    return json;
  }

  private boolean complete() {
    return outcome.log().succeeded() == sent;
  }

  private List<String> notes() {
    double speedUp = settings.scale().speedUp();
    List<String> notes = new ArrayList<>();
    notes.add(
        String.format(
            Locale.ROOT,
            "%d requests, the first %.4g minutes of trace %s at %s times its load, %d workers %s,"
                + " %.0f%% of them 2x slower; the penstock policy only",
            sent,
            settings.minutes(),
            settings.fleet().traceName(),
            settings.fleet().load(),
            settings.fleet().workers(),
            settings.fleet().profile(),
            settings.fleet().slowShare() * 100));
    notes.add(
        String.format(
            Locale.ROOT,
            "real: Kafka, score and dispatch jobs and workers in one JVM; arrivals and engines run"
                + " %.4g times faster, so the limits are %.4g ms and %.4g s to the first token, and"
                + " each real millisecond between the parts counts %.4g here: all times are the"
                + " trace's. Deadlines are hours away, as in sim, where nothing expires",
            speedUp,
            2000 / speedUp,
            60 / speedUp,
            speedUp));
    notes.add(
        String.format(
            Locale.ROOT,
            "sim: on the virtual clock, %.4g ms each way between worker and dispatch",
            settings.fleet().delay().toNanos() / 1e6));
    notes.add(
        String.format(
            Locale.ROOT,
            "the sender was at most %.1f real ms late; time to first token counts from when a"
                + " request was due",
            outcome.lateMicros() / 1e3));
    if (!complete()) {
      notes.add(
          "%d of the requests were not served and count as missed"
              .formatted(sent - outcome.log().succeeded()));
    }
    return notes;
  }
}
