package io.penstock.compose.bench.depth;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.ProcessCpu;
import io.penstock.compose.bench.rig.SleepingEngine;
import io.penstock.compose.chart.Chart;
import io.penstock.schemas.ServiceClass;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Measures what a backlog of batch requests costs: how long an interactive request then waits for
 * its lease, how fast requests are taken in, what memory the index takes, and how long dispatch
 * takes to start again. One worker of some slots and sleeping runs works the backlog off while as
 * much is sent again, so an interactive request also waits for a slot: the same at every depth.
 */
public record DepthBench(DepthSettings settings) implements Bench {

  /** How many times as long as it is measured, idling is left to settle before. */
  private static final int SETTLING = 6;

  @Override
  public Findings run(BenchProgress progress) throws Exception {
    try (BenchCluster cluster = BenchCluster.serving(progress, DepthRun.MODEL)) {
      ProcessCpu.Usage idle = idle(cluster, progress);
      try (DepthRun run = new DepthRun(cluster, settings)) {
        if (settings.warmUp().isPositive()) {
          progress.at("warm-up", 0.1);
          run.closedLoop(settings.warmUp(), ServiceClass.BATCH);
        }
        run.rememberHeap();
        List<DepthFigures> figures = new ArrayList<>();
        double share = 0.7 / settings.depths().size();
        for (int depth : settings.depths()) {
          double begin = 0.2 + share * figures.size();
          figures.add(run.at(depth, progress.part(begin, begin + share)));
        }
        progress.at("draining", 0.92);
        double drain = run.drainRate(settings.time());
        progress.at("stopping", 0.98);
        return findings(figures, drain, idle);
      }
    }
  }

  private ProcessCpu.Usage idle(BenchCluster cluster, BenchProgress progress)
      throws InterruptedException {
    if (settings.idle().isZero()) {
      return new ProcessCpu.Usage(Double.NaN, Double.NaN);
    }
    progress.at("idling", 0.04);
    List<Worker> workers = new ArrayList<>();
    try {
      for (int i = 1; i <= settings.idleWorkers(); i++) {
        workers.add(
            cluster.startWorker(
                new WorkerConfig("idle-" + i, List.of(DepthRun.MODEL), 8),
                new SleepingEngine(settings.work()::job)));
      }
      // The JVM goes on compiling what starting used for about a minute.
      Thread.sleep(settings.idle().multipliedBy(SETTLING));
      return ProcessCpu.over(settings.idle());
    } finally {
      workers.forEach(Worker::close);
    }
  }

  private Findings findings(List<DepthFigures> figures, double drain, ProcessCpu.Usage idle) {
    DepthFigures first = figures.getFirst();
    BenchTable table =
        new BenchTable(
            "depth",
            "waiting",
            "waiting after",
            "lease p50 ms",
            "lease p99 ms",
            "p99 ratio",
            "ingest/s",
            "ingest ratio",
            "heap B/request",
            "restart s",
            "restart, folder lost s");
    for (DepthFigures each : figures) {
      table.row(
          each.depth(),
          each.depthAfter(),
          each.leaseP50(),
          each.leaseP99(),
          Figures.ratio(each.leaseP99(), first.leaseP99()),
          each.ingestPerSecond(),
          Figures.ratio(each.ingestPerSecond(), first.ingestPerSecond()),
          each.heapBytesPerRequest(),
          each.restartSeconds(),
          each.restartEmptySeconds());
    }
    BenchTable rest =
        new BenchTable("idle", "drain/s", "idle workers", "idle CPU %", "idle CPU % of registry")
            .row(drain, settings.idleWorkers(), idle.own(), idle.children());
    long bad = figures.stream().mapToLong(DepthFigures::bad).sum();
    return new Findings(
        List.of(table, rest),
        List.of(chart(figures)),
        json(figures, drain, idle, bad),
        notes(bad),
        bad == 0);
  }

  private ObjectNode json(
      List<DepthFigures> figures, double drain, ProcessCpu.Usage idle, long bad) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    put(json, "lease_p50_ms", figures, DepthFigures::leaseP50);
    put(json, "lease_p99_ms", figures, DepthFigures::leaseP99);
    put(json, "ingest_per_s", figures, DepthFigures::ingestPerSecond);
    put(json, "heap_bytes_per_request", figures, DepthFigures::heapBytesPerRequest);
    put(json, "restart_s", figures, DepthFigures::restartSeconds);
    put(json, "restart_folder_lost_s", figures, DepthFigures::restartEmptySeconds);
    Figures.put(json, "drain_per_s", drain);
    json.put("idle_workers", settings.idleWorkers());
    Figures.put(json, "idle_cpu_percent", idle.own());
    Figures.put(json, "idle_registry_cpu_percent", idle.children());
    return json.put("bad", bad);
  }

  private static void put(
      ObjectNode json, String name, List<DepthFigures> figures, ToDoubleFunction<DepthFigures> of) {
    ObjectNode byDepth = json.putObject(name);
    figures.forEach(
        each -> Figures.put(byDepth, Integer.toString(each.depth()), of.applyAsDouble(each)));
  }

  private static Chart chart(List<DepthFigures> figures) {
    List<Double> depths = figures.stream().map(each -> (double) each.depth()).toList();
    return Chart.lines("lease", "Interactive lease latency by backlog", "requests waiting", "ms")
        .logarithmic()
        .line("p50", depths, figures.stream().map(each -> drawn(each.leaseP50())).toList())
        .line("p99", depths, figures.stream().map(each -> drawn(each.leaseP99())).toList())
        .build();
  }

  /** A logarithmic axis has no place for what was not measured. */
  private static double drawn(double figure) {
    return Double.isFinite(figure) && figure > 0 ? figure : 0.001;
  }

  private List<String> notes(long bad) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "a backlog of batch requests; meanwhile %.0f interactive requests/s, one worker of %d slots"
                .formatted(settings.work().perSecond(), settings.work().slots())
            + " whose engine sleeps %d ms; so a lease also waits for a slot, about %.1f ms on"
                .formatted(
                    settings.work().job().toMillis(),
                    settings.work().job().toNanos() / 1e6 / settings.work().slots() / 2)
            + " average; warm-up %d s of closed-loop load"
                .formatted(settings.warmUp().toSeconds()));
    notes.add(
        "heap is of this JVM, which holds the index and everything else, less what it held before"
            + " the backlog; RocksDB's memory outside the heap is not in it; the last 10,000"
            + " requests up to a depth give its ingest rate, to 0.2 s; restart ends when dispatch"
            + " has its partitions");
    if (bad > 0) {
      notes.add(bad + " requests had no result, two, or a failure: do not trust these figures");
    }
    return notes;
  }
}
