package io.penstock.compose.bench.peers;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Columns;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.Spread;
import io.penstock.compose.bench.peers.SystemResult.Failed;
import io.penstock.compose.bench.peers.SystemResult.Measured;
import io.penstock.compose.bench.peers.SystemResult.NotInstalled;
import io.penstock.compose.chart.Chart;
import io.penstock.compose.cli.Column;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

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
    return new Findings(
        List.of(
            speed().table("speed", "system", results),
            kills().table("kill", "system", measured),
            systems()),
        charts,
        json(),
        notes,
        trustworthy);
  }

  private static Columns<SystemResult> speed() {
    return Columns.of(
        Column.shown("no-op/s", PeersReport::noOpsOrWhyNot),
        Column.field("noop_per_s", of(each -> each.noOps().median())),
        Column.shown("min..max", of(each -> each.noOps().range())),
        Column.of("start p50 ms", "start_p50_ms", of(each -> each.idle().p50().median())),
        Column.of("start p99 ms", "start_p99_ms", of(each -> each.idle().p99().median())),
        Column.field("sender_lag_p99_ms", of(each -> each.idle().lagP99().median())),
        Column.of("deep p50 ms", "start_p50_ms_deep", of(each -> each.deep().p50().median())),
        Column.of("deep p99 ms", "start_p99_ms_deep", of(each -> each.deep().p99().median())),
        Column.field("sender_lag_p99_ms_deep", of(each -> each.deep().lagP99().median())),
        Column.of("urgent ms", "urgent_ms", of(each -> each.urgent().median())),
        Column.of("urgent max ms", "urgent_max_ms", of(each -> each.urgent().most())),
        Column.of("depth", "depth", of(SystemFigures::depth)));
  }

  private static Columns<SystemFigures> kills() {
    return Columns.of(
        Column.of("sent", "sent", each -> each.killed().sent()),
        Column.of("lost", "lost", each -> each.killed().lost()),
        Column.of("stuck", "stuck", each -> each.killed().stuck()),
        Column.of("duplicate results", "duplicated", each -> each.killed().duplicated()),
        Column.of("run again", "run_again", each -> each.killed().runAgain()),
        Column.<SystemFigures, Double>of(
            "recovered after s",
            "recovered_ms",
            each -> each.killed().recoveredMillis(),
            millis -> millis / 1e3),
        Column.field("bad", SystemFigures::bad));
  }

  /** A figure that only systems have which were measured. */
  private static Function<SystemResult, @Nullable Object> of(
      Function<SystemFigures, Object> figure) {
    return result -> result instanceof Measured(var _, var figures) ? figure.apply(figures) : null;
  }

  private static Object noOpsOrWhyNot(SystemResult result) {
    return switch (result) {
      case Measured(var _, var figures) -> figures.noOps().median();
      case NotInstalled _ -> "not installed";
      case Failed _ -> "failed";
    };
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
              speed().put(system, result);
              kills().put(system, figures);
            }
            case NotInstalled(String reason) ->
                system.put("installed", false).put("reason", reason);
            case Failed(String reason) -> system.put("installed", true).put("failed", reason);
          }
        });
    return json;
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
