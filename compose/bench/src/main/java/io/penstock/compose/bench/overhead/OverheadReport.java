package io.penstock.compose.bench.overhead;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.Spread;
import io.penstock.compose.chart.Chart;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Tables, chart and JSON of what was measured.
 *
 * @param rounds by rate
 * @param noOps the most no-op requests per second, NaN if not measured
 * @param plainNoOps the most records per second through as many plain hops, NaN if not measured
 */
record OverheadReport(
    OverheadSettings settings, Map<Double, Rounds> rounds, double noOps, double plainNoOps) {

  /** The rounds of one rate, Penstock's and plain Kafka's in turns. */
  record Rounds(List<HopLatency> penstock, List<HopLatency> plain) {

    Rounds {
      penstock = List.copyOf(penstock);
      plain = List.copyOf(plain);
    }

    long bad() {
      return Stream.concat(penstock.stream(), plain.stream()).mapToLong(HopLatency::bad).sum();
    }
  }

  /** A latency that both ways have, or Penstock alone. */
  private record Column(String name, ToDoubleFunction<HopLatency> of, boolean both) {}

  /** In milliseconds: a logarithmic axis has no place for 0 or for what was not measured. */
  private static final double LEAST_DRAWN = 0.01;

  private static final List<Column> COLUMNS =
      List.of(
          new Column("lease_p50_ms", HopLatency::leaseP50, true),
          new Column("lease_p99_ms", HopLatency::leaseP99, true),
          new Column("start_p50_ms", HopLatency::startP50, false),
          new Column("start_p99_ms", HopLatency::startP99, false),
          new Column("result_p50_ms", HopLatency::resultP50, true),
          new Column("result_p99_ms", HopLatency::resultP99, true));

  Findings findings() {
    BenchTable table =
        new BenchTable(
            "latency", "rate/s", "latency", "median", "min..max", "plain Kafka", "ratio");
    rounds.forEach((rate, each) -> COLUMNS.forEach(column -> row(table, rate, each, column)));
    List<BenchTable> tables = new ArrayList<>(List.of(table));
    if (Double.isFinite(noOps)) {
      tables.add(
          new BenchTable("throughput", "no-op requests/s", "plain Kafka, 5 hops/s", "ratio")
              .row(noOps, plainNoOps, Figures.ratio(noOps, plainNoOps)));
    }
    long bad = rounds.values().stream().mapToLong(Rounds::bad).sum();
    return new Findings(tables, List.of(chart()), json(bad), notes(bad), bad == 0);
  }

  private static void row(BenchTable table, double rate, Rounds rounds, Column column) {
    Spread ours = spread(rounds.penstock(), column);
    Double plain = column.both() ? spread(rounds.plain(), column).median() : null;
    table.row(
        rate,
        column.name(),
        ours.median(),
        ours.range(),
        plain,
        plain == null ? null : Figures.ratio(ours.median(), plain));
  }

  private static Spread spread(List<HopLatency> rounds, Column column) {
    return Spread.of(rounds.stream().mapToDouble(column.of()).toArray());
  }

  private ObjectNode json(long bad) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("guarantee", settings.exactlyOnce() ? "exactly_once" : "at_least_once");
    json.put("headline_rate", settings.headline());
    put(json, rounds.get(settings.headline()));
    Figures.put(json, "noop_per_s", noOps);
    Figures.put(json, "plain_noop_per_s", plainNoOps);
    Figures.put(json, "noop_ratio", Figures.ratio(noOps, plainNoOps));
    json.put("bad", bad);
    ObjectNode byRate = json.putObject("rates");
    rounds.forEach(
        (rate, each) -> put(byRate.putObject(String.format(Locale.ROOT, "%.0f", rate)), each));
    return json;
  }

  private static void put(ObjectNode json, Rounds rounds) {
    for (Column column : COLUMNS) {
      double ours = spread(rounds.penstock(), column).median();
      Figures.put(json, column.name(), ours);
      if (column.both()) {
        double plain = spread(rounds.plain(), column).median();
        Figures.put(json, "plain_" + column.name(), plain);
        Figures.put(json, column.name().replaceFirst("_ms$", "_ratio"), Figures.ratio(ours, plain));
      }
    }
    Figures.put(
        json,
        "sender_lag_p99_ms",
        Spread.of(rounds.penstock().stream().mapToDouble(HopLatency::lagP99).toArray()).median());
  }

  private Chart chart() {
    List<String> rates =
        rounds.keySet().stream().map(rate -> String.format(Locale.ROOT, "%.0f/s", rate)).toList();
    Chart.Builder chart =
        Chart.bars(
                "latency",
                "Produce to lease in hand, engine end to result visible",
                "requests per second",
                "milliseconds",
                rates)
            .logarithmic();
    for (String name : List.of("lease_p50_ms", "lease_p99_ms", "result_p50_ms", "result_p99_ms")) {
      Column column =
          COLUMNS.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
      chart.bar(name, figures(Rounds::penstock, column));
      chart.bar("plain " + name, figures(Rounds::plain, column));
    }
    return chart.build();
  }

  private List<Double> figures(
      java.util.function.Function<Rounds, List<HopLatency>> way, Column column) {
    return rounds.values().stream()
        .map(each -> spread(way.apply(each), column).median())
        .map(each -> Double.isFinite(each) ? Math.max(LEAST_DRAWN, each) : LEAST_DRAWN)
        .toList();
  }

  private List<String> notes(long bad) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "score and dispatch run %s; warm-up %d s of closed-loop load, then %d rounds of"
                .formatted(
                    settings.exactlyOnce() ? "exactly_once" : "at_least_once",
                    settings.warmUp().toSeconds(),
                    settings.repeats())
            + " %d s at each rate, Penstock and plain Kafka in turns; figures are medians of the"
                .formatted(settings.round().toSeconds())
            + " rounds");
    notes.add(
        "latency counts from when a request was due, so waits of a held-up sender are in it"
            + " (coordinated omission); lease = 3 Kafka hops, result = 2; start also reads the"
            + " payload; the producer, Kafka, all jobs and the workers share this machine");
    if (bad > 0) {
      notes.add(bad + " requests had no result, two, or a failure: do not trust these figures");
    }
    return notes;
  }
}
