package io.penstock.compose.bench.flood;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.load.LatencyHistogram;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.SleepingEngine;
import io.penstock.compose.chart.Chart;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.streams.dispatch.shard.ShardSettings;
import io.penstock.streams.dispatch.shard.SlotReserve;
import io.penstock.streams.score.ScoreConfig;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/**
 * Latency of interactive requests alone, and while batch requests pour in as fast as Kafka takes
 * them. The worker is saturated by the flood, so a lease also waits for a slot.
 */
public record FloodBench(FloodSettings settings) implements Bench {

  @Override
  public Findings run(BenchProgress progress) throws Exception {
    try (BenchCluster cluster =
        BenchCluster.serving(
            progress,
            ScoreConfig.DEFAULT,
            DispatchConfig.DEFAULT.withShard(rules()),
            FloodRun.MODEL)) {
      WorkerConfig worker =
          new WorkerConfig("bench-1", List.of(FloodRun.MODEL), settings.work().slots());
      try (Worker _ = cluster.startWorker(worker, new SleepingEngine(settings.work()::job));
          FloodRun run = new FloodRun(cluster, settings)) {
        if (settings.warmUp().isPositive()) {
          progress.at("warm-up", 0.1);
          run.warmUp();
        }
        progress.at("interactive requests alone", 0.5);
        RequestLog alone = run.alone();
        progress.at("interactive requests in the flood", 0.7);
        FloodRun.Flooded flooded = run.flooded();
        progress.at("stopping", 0.98);
        return findings(alone, flooded);
      }
    }
  }

  private ShardSettings rules() {
    return ShardSettings.DEFAULT.withReserve(
        new SlotReserve(
            settings.reserve(),
            settings.work().slots(),
            SlotReserve.DEFAULT.lightShare(),
            SlotReserve.DEFAULT.memory()));
  }

  private Findings findings(RequestLog alone, FloodRun.Flooded flooded) {
    BenchTable table =
        new BenchTable(
            "flood", "interactive", "lease p50 ms", "lease p99 ms", "longest ms", "result p99 ms");
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    row(table, json, "alone", "alone", alone, due -> true);
    row(table, json, "flood", "flood", flooded.log(), due -> true);
    row(
        table,
        json,
        "flood, while it is sent",
        "flood_sending",
        flooded.log(),
        due -> due <= flooded.allSent());
    row(
        table,
        json,
        "flood, afterwards",
        "flood_afterwards",
        flooded.log(),
        due -> due > flooded.allSent());
    long bad = bad(alone) + bad(flooded.log());
    json.put("batch_sent", flooded.sent()).put("batch_waiting", flooded.waiting()).put("bad", bad);
    Figures.put(
        json,
        "lease_p99_ratio",
        Figures.ratio(lease(flooded.log()).millis(99), lease(alone).millis(99)));
    return new Findings(
        List.of(table), List.of(chart(alone, flooded.log())), json, notes(flooded, bad), bad == 0);
  }

  private static void row(
      BenchTable table,
      ObjectNode json,
      String label,
      String name,
      RequestLog log,
      LongPredicate due) {
    LatencyHistogram lease = log.between(Moment.DUE, Moment.LEASED, due);
    LatencyHistogram result = log.between(Moment.FINISHED, Moment.VISIBLE, due);
    table.row(label, lease.millis(50), lease.millis(99), lease.millis(100), result.millis(99));
    Figures.put(json, name + "_lease_p50_ms", lease.millis(50));
    Figures.put(json, name + "_lease_p99_ms", lease.millis(99));
    Figures.put(json, name + "_result_p50_ms", result.millis(50));
    Figures.put(json, name + "_result_p99_ms", result.millis(99));
  }

  private static LatencyHistogram lease(RequestLog log) {
    return log.between(Moment.DUE, Moment.LEASED);
  }

  private static long bad(RequestLog log) {
    return log.unanswered() + log.duplicates() + log.failed();
  }

  private Chart chart(RequestLog alone, RequestLog flooded) {
    return Chart.lines("lease", "Interactive lease latency, by second", "seconds", "ms")
        .line("alone, median", seconds(), bySecond(alone, 50))
        .line("alone, longest", seconds(), bySecond(alone, 100))
        .line("flood, median", seconds(), bySecond(flooded, 50))
        .line("flood, longest", seconds(), bySecond(flooded, 100))
        .build();
  }

  private List<Double> seconds() {
    return IntStream.range(0, (int) settings.time().toSeconds()).mapToObj(i -> i + 0.5).toList();
  }

  private static double sendingSeconds(FloodRun.Flooded flooded) {
    long[] due = flooded.log().range(Moment.DUE);
    return (Math.min(flooded.allSent(), due[1]) - due[0]) / 1e6;
  }

  /** A percentile of the lease latency of the requests due in each second, 0 where none was. */
  private List<Double> bySecond(RequestLog log, double percent) {
    long begin = log.range(Moment.DUE)[0];
    return seconds().stream()
        .map(
            middle -> {
              long from = begin + Math.round((middle - 0.5) * 1e6);
              LatencyHistogram lease =
                  log.between(
                      Moment.DUE, Moment.LEASED, due -> due >= from && due < from + 1_000_000);
              return lease.count() == 0 ? 0 : lease.millis(percent);
            })
        .toList();
  }

  private List<String> notes(FloodRun.Flooded flooded, long bad) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "%.0f interactive requests/s for %d s; %d of %d batch requests were sent by the end, in %.1f s, %d waited in dispatch; one worker of %d slots whose engine sleeps %d ms, %.1f%% of them set aside; lease counts from when a request was due; warm-up %d s"
            .formatted(
                settings.work().perSecond(),
                settings.time().toSeconds(),
                flooded.sent(),
                settings.batch(),
                sendingSeconds(flooded),
                flooded.waiting(),
                settings.work().slots(),
                settings.work().job().toMillis(),
                100 * settings.reserve(),
                settings.warmUp().toSeconds()));
    if (bad > 0) {
      notes.add(bad + " requests had no result, two, or a failure: do not trust these figures");
    }
    return notes;
  }
}
