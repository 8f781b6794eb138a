package io.penstock.compose.bench.real;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.Columns;
import io.penstock.compose.bench.FigureColumn;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.sim.FleetBench;
import io.penstock.compose.bench.sim.FleetColumns;
import io.penstock.compose.bench.sim.FleetMetrics;
import io.penstock.compose.cli.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

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

  /** A figure of each column: of a run, or the difference of two. */
  private interface Row extends ToDoubleFunction<FigureColumn<FleetMetrics>> {}

  private static final Columns<Row> FIGURES = columns(SHARES, FleetColumns.REST);
  private static final Columns<Row> SHARES_ALONE = columns(SHARES, List.of());

  private static Columns<Row> columns(
      List<FigureColumn<FleetMetrics>> shares, List<FigureColumn<FleetMetrics>> rest) {
    List<Column<Row>> columns = new ArrayList<>();
    shares.forEach(share -> columns.add(column(share, RealFleetReport::percent)));
    rest.forEach(figure -> columns.add(column(figure, Function.identity())));
    return Columns.of(columns);
  }

  private static Column<Row> column(FigureColumn<FleetMetrics> figure, Function<Double, ?> text) {
    return Column.<Row, Double>of(
        figure.heading(),
        figure.field(),
        row -> row.applyAsDouble(figure),
        value -> Double.isFinite(value) ? text.apply(value) : "-");
  }

  /** Formats a share with the two decimals that tell good runs apart. */
  private static String percent(double figure) {
    return String.format(Locale.ROOT, "%.2f", figure);
  }

  Findings findings() {
    Map<String, Row> rows = new LinkedHashMap<>();
    rows.put("real", this::ofReal);
    rows.put("sim", this::ofSimulated);
    rows.put("real - sim", this::difference);
    return new Findings(
        List.of(FIGURES.table("real-and-sim", "penstock", rows)),
        List.of(),
        json(),
        notes(),
        complete());
  }

  private double ofReal(FigureColumn<FleetMetrics> column) {
    return column.figure(real);
  }

  private double ofSimulated(FigureColumn<FleetMetrics> column) {
    return column.figure(simulated);
  }

  private double difference(FigureColumn<FleetMetrics> column) {
    return column.figure(real) - column.figure(simulated);
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
    FIGURES.put(json.putObject("policies").putObject(FleetBench.PENSTOCK), this::ofReal);
    FIGURES.put(json.putObject("real"), this::ofReal);
    FIGURES.put(json.putObject("sim"), this::ofSimulated);
    SHARES_ALONE.put(json.putObject("difference_points"), this::difference);
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
