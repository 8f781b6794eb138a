package io.penstock.compose.bench.peers;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.Spread;
import io.penstock.compose.bench.peers.SystemResult.Failed;
import io.penstock.compose.bench.peers.SystemResult.Measured;
import io.penstock.compose.bench.peers.SystemResult.NotInstalled;
import io.penstock.compose.chart.Chart;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Tables, chart and JSON of what was measured. */
final class PeersReport {

  /** A logarithmic axis has no place for 0 or for what was not measured. */
  private static final double LEAST_DRAWN = 0.01;

  private final PeersSettings settings;
  private final Map<SystemName, SystemResult> results;
  private final Map<SystemName, SystemFigures> measured = new EnumMap<>(SystemName.class);

  /**
   * @param results of each system, in the order of the runs
   */
  PeersReport(PeersSettings settings, Map<SystemName, SystemResult> results) {
    this.settings = settings;
    this.results = results;
    results.forEach(
        (name, result) -> {
          if (result instanceof Measured(var _, var figures)) {
            measured.put(name, figures);
          }
        });
  }

  Findings findings() {
    List<String> notes = new ArrayList<>(notes());
    boolean trustworthy = true;
    for (var each : results.entrySet()) {
      switch (each.getValue()) {
        case Failed(String reason) -> {
          trustworthy = false;
          notes.add("%s failed: %s".formatted(each.getKey(), reason));
        }
        case NotInstalled(String reason) ->
            notes.add("%s was left out: %s".formatted(each.getKey(), reason));
        case Measured(var _, var figures) -> {
          if (figures.bad() > 0) {
            notes.add(
                "%s: %d requests of the open loops had no result in time, two, or a failure"
                    .formatted(each.getKey(), figures.bad()));
          }
        }
      }
    }
    SystemFigures own = measured.get(SystemName.PENSTOCK);
    trustworthy &= own == null || own.bad() == 0;
    List<Chart> charts = measured.isEmpty() ? List.of() : List.of(latencyChart());
    return new Findings(List.of(speed(), kills(), systems()), charts, json(), notes, trustworthy);
  }

  private BenchTable speed() {
    BenchTable table =
        new BenchTable(
            "speed",
            "system",
            "no-op/s",
            "min..max",
            "start p50 ms",
            "start p99 ms",
            "deep p50 ms",
            "deep p99 ms",
            "urgent ms",
            "urgent max ms",
            "depth");
    results.forEach(
        (name, result) -> {
          switch (result) {
            case Measured(var _, var each) ->
                table.row(
                    name,
                    each.noOps().median(),
                    each.noOps().range(),
                    each.idle().p50().median(),
                    each.idle().p99().median(),
                    each.deep().p50().median(),
                    each.deep().p99().median(),
                    each.urgent().median(),
                    each.urgent().most(),
                    each.depth());
            case NotInstalled _ -> absent(table, name, "not installed");
            case Failed _ -> absent(table, name, "failed");
          }
        });
    return table;
  }

  private static void absent(BenchTable table, SystemName name, String why) {
    Object[] cells = new Object[table.columns().size()];
    cells[0] = name;
    cells[1] = why;
    table.row(cells);
  }

  private BenchTable kills() {
    BenchTable table =
        new BenchTable(
            "kill",
            "system",
            "sent",
            "lost",
            "stuck",
            "duplicate results",
            "run again",
            "recovered after s");
    measured.forEach(
        (name, each) -> {
          KilledWorker killed = each.killed();
          table.row(
              name,
              killed.sent(),
              killed.lost(),
              killed.stuck(),
              killed.duplicated(),
              killed.runAgain(),
              killed.recoveredMillis() / 1e3);
        });
    return table;
  }

  private BenchTable systems() {
    BenchTable table =
        new BenchTable(
            "settings", "system", "versions", "durability", "a dead worker is noticed by");
    results.forEach(
        (name, result) ->
            table.row(
                name,
                result instanceof Measured(String version, var _) && !version.isEmpty()
                    ? version
                    : null,
                name.durability(settings.redisFsync()),
                name.lossDetection()));
    return table;
  }

  private ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode systems = json.putObject("systems");
    results.forEach(
        (name, result) -> {
          ObjectNode system = systems.putObject(name.toString());
          switch (result) {
            case Measured(var version, var figures) -> {
              system.put("installed", true);
              system.put("versions", version);
              put(system, figures);
            }
            case NotInstalled(String reason) ->
                system.put("installed", false).put("reason", reason);
            case Failed(String reason) -> system.put("installed", true).put("failed", reason);
          }
        });
    return json;
  }

  private static void put(ObjectNode json, SystemFigures figures) {
    Figures.put(json, "noop_per_s", figures.noOps().median());
    put(json, "", figures.idle());
    put(json, "_deep", figures.deep());
    json.put("depth", figures.depth());
    Figures.put(json, "urgent_ms", figures.urgent().median());
    Figures.put(json, "urgent_max_ms", figures.urgent().most());
    KilledWorker killed = figures.killed();
    json.put("sent", killed.sent())
        .put("lost", killed.lost())
        .put("stuck", killed.stuck())
        .put("duplicated", killed.duplicated())
        .put("run_again", killed.runAgain());
    Figures.put(json, "recovered_ms", killed.recoveredMillis());
    json.put("bad", figures.bad());
  }

  private static void put(ObjectNode json, String suffix, SystemFigures.Latency latency) {
    Figures.put(json, "start_p50_ms" + suffix, latency.p50().median());
    Figures.put(json, "start_p99_ms" + suffix, latency.p99().median());
    Figures.put(json, "sender_lag_p99_ms" + suffix, latency.lagP99().median());
  }

  private Chart latencyChart() {
    Chart.Builder chart =
        Chart.bars(
                "start",
                "Enqueue to start at %.0f/s, median of rounds".formatted(settings.rate()),
                "system",
                "milliseconds",
                measured.keySet().stream().map(SystemName::title).toList())
            .logarithmic();
    bar(chart, "p50, idle queue", each -> each.idle().p50());
    bar(chart, "p99, idle queue", each -> each.idle().p99());
    bar(chart, "p50, deep queue", each -> each.deep().p50());
    bar(chart, "p99, deep queue", each -> each.deep().p99());
    return chart.build();
  }

  private void bar(Chart.Builder chart, String label, Spreads figure) {
    chart.bar(label, drawn(each -> figure.of(each).median()));
  }

  /** A figure with its repeats. */
  @FunctionalInterface
  private interface Spreads {
    Spread of(SystemFigures figures);
  }

  private List<Double> drawn(ToDoubleFunction<SystemFigures> figure) {
    return measured.values().stream()
        .map(figure::applyAsDouble)
        .map(each -> Double.isFinite(each) ? Math.max(LEAST_DRAWN, each) : LEAST_DRAWN)
        .toList();
  }

  private List<String> notes() {
    return List.of(
        "each system alone, in this order, with two workers of %d slots and one producer: %d rounds"
                .formatted(settings.slots(), settings.repeats())
            + " of %d s closed loop with %d in flight; %d rounds of %d s at %.0f/s with an idle"
                .formatted(
                    settings.throughput().toSeconds(),
                    settings.inFlight(),
                    settings.repeats(),
                    settings.round().toSeconds(),
                    settings.rate())
            + " queue; %d batch requests of %d ms put behind each other, then the same rounds and"
                .formatted(settings.depth(), settings.batchJob().toMillis())
            + " single urgent requests, all of a higher priority",
        "latency counts from when a request was due to its start on a worker; an urgent request"
            + " behind the deep queue also waits for a slot, about %.1f ms on average"
                .formatted(
                    settings.batchJob().toNanos() / 1e6 / settings.slots() / PeersSettings.WORKERS),
        "kill: %.0f/s of %d ms for %d s, one of two workers killed with SIGKILL halfway, all its"
                .formatted(
                    settings.killRate(),
                    settings.killJob().toMillis(),
                    settings.killTime().toSeconds())
            + " processes; stuck = still in the queue %d s after the last was sent; run again ="
                .formatted(settings.patience().toSeconds())
            + " runs begun more than once, which at least once delivery entails",
        "not the same everywhere: Penstock's producer, workers and Kafka are one warm JVM, its"
            + " killed workers processes; a peer's server, producer and workers are processes,"
            + " Celery's one for each slot; BullMQ and RabbitMQ are driven from Node, Celery from"
            + " Python; Celery's backlog is put into Redis directly, as its producer would take a"
            + " minute");
  }
}
