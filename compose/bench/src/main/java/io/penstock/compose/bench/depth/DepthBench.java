package io.penstock.compose.bench.depth;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Columns;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.ProcessCpu;
import io.penstock.compose.bench.rig.SleepingEngine;
import io.penstock.compose.chart.Chart;
import io.penstock.compose.cli.Column;
import io.penstock.schemas.ServiceClass;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures what a backlog of batch requests costs: how long an interactive request then waits for
 * its lease, how fast requests are taken in, what memory the index takes, and how long dispatch
 * takes to start again. One worker of some slots and sleeping runs works the backlog off while as
 * much is sent again, so an interactive request also waits for a slot: the same at every depth.
 */
public record DepthBench(DepthSettings settings) implements Bench {

  /** How many times as long as it is measured, idling is left to settle before. */
  private static final int SETTLING = 6;

  /** What dispatch does at rest, and how fast it works a backlog off. */
  private record Rest(double drain, int workers, ProcessCpu.Usage cpu) {}

  private static final Columns<Rest> REST =
      Columns.of(
          Column.of("drain/s", "drain_per_s", Rest::drain),
          Column.of("idle workers", "idle_workers", Rest::workers),
          Column.of("idle CPU %", "idle_cpu_percent", each -> each.cpu().own()),
          Column.of(
              "idle CPU % of registry",
              "idle_registry_cpu_percent", each -> each.cpu().children()));

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

  /**
   * The columns of a depth.
   *
   * @param first the depth with which the others are compared
   */
  private static Columns<DepthFigures> columns(DepthFigures first) {
    return Columns.of(
        Column.shown("waiting after", DepthFigures::depthAfter),
        Column.of("lease p50 ms", "lease_p50_ms", DepthFigures::leaseP50),
        Column.of("lease p99 ms", "lease_p99_ms", DepthFigures::leaseP99),
        Column.shown("p99 ratio", each -> Figures.ratio(each.leaseP99(), first.leaseP99())),
        Column.of("ingest/s", "ingest_per_s", DepthFigures::ingestPerSecond),
        Column.shown(
            "ingest ratio", each -> Figures.ratio(each.ingestPerSecond(), first.ingestPerSecond())),
        Column.of("heap B/request", "heap_bytes_per_request", DepthFigures::heapBytesPerRequest),
        Column.of("restart s", "restart_s", DepthFigures::restartSeconds),
        Column.of(
            "restart, folder lost s", "restart_folder_lost_s", DepthFigures::restartEmptySeconds));
  }

  private Findings findings(List<DepthFigures> figures, double drain, ProcessCpu.Usage idle) {
    Map<Integer, DepthFigures> byDepth = new LinkedHashMap<>();
    figures.forEach(each -> byDepth.put(each.depth(), each));
    Columns<DepthFigures> columns = columns(figures.getFirst());
    Rest rest = new Rest(drain, settings.idleWorkers(), idle);
    long bad = figures.stream().mapToLong(DepthFigures::bad).sum();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    columns.putByField(json, byDepth);
    REST.put(json, rest).put("bad", bad);
    return new Findings(
        List.of(columns.table("depth", "waiting", byDepth), REST.table("idle", List.of(rest))),
        List.of(chart(figures)),
        json,
        notes(bad),
        bad == 0);
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
