package io.penstock.compose.bench.scaling;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Columns;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.load.PenstockLoad;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.SleepingEngine;
import io.penstock.compose.chart.Chart;
import io.penstock.compose.cli.Column;
import io.penstock.schemas.ServiceClass;
import io.penstock.workers.WorkerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Measures how much more work more workers do where the work is slow: the engines sleep, so the
 * machine's processors bound Penstock and not the work. The load keeps more requests in flight than
 * the slots can take; the ideal is that every slot is always busy.
 */
public final class ScalingBench implements Bench {

  private static final String MODEL = "bench-scaling";
  private static final Duration DEADLINE = Duration.ofHours(1);
  private static final Duration RAMP_UP = Duration.ofSeconds(3);

  private static final Columns<SpeedUp> COLUMNS =
      Columns.of(
          Column.of("workers", "workers", SpeedUp::workers),
          Column.shown("slots", SpeedUp::slots),
          Column.of("job ms", "job_ms", each -> each.job().toMillis()),
          Column.of("requests/s", "requests_per_s", SpeedUp::requestsPerSecond),
          Column.of("speed-up", "speed_up", SpeedUp::speedUp),
          Column.of("of ideal", "efficiency", SpeedUp::efficiency));

  private final ScalingSettings settings;
  private final AtomicReference<Duration> job = new AtomicReference<>(Duration.ofMillis(1));
  private int started;

  public ScalingBench(ScalingSettings settings) {
    this.settings = settings;
  }

  @Override
  public Findings run(BenchProgress progress) throws Exception {
    List<SpeedUp> all = new ArrayList<>();
    long failed;
    try (BenchCluster cluster = BenchCluster.serving(progress, MODEL)) {
      try (PenstockLoad load =
          new PenstockLoad(cluster.connection(), cluster.topics().names(), MODEL, DEADLINE)) {
        raiseTo(settings.workers().getFirst(), cluster);
        warmUp(load, progress);
        int cells = settings.workers().size() * settings.jobs().size();
        for (int workers : settings.workers()) {
          raiseTo(workers, cluster);
          for (Duration each : settings.jobs()) {
            progress.at(
                "%d workers, %d ms".formatted(workers, each.toMillis()),
                0.2 + 0.75 * all.size() / cells);
            all.add(measure(workers, each, load));
          }
        }
        progress.at("stopping", 0.97);
        failed = load.failed();
      }
    }
    return findings(all, failed);
  }

  private void raiseTo(int workers, BenchCluster cluster) throws InterruptedException {
    while (started < workers) {
      cluster.startWorker(
          new WorkerConfig("bench-" + ++started, List.of(MODEL), settings.slots()),
          new SleepingEngine(job::get));
    }
  }

  private void warmUp(PenstockLoad load, BenchProgress progress) throws InterruptedException {
    if (settings.warmUp().isZero()) {
      return;
    }
    progress.at("warm-up", 0.05);
    load.closedLoop(ServiceClass.BATCH, 64, Duration.ZERO, settings.warmUp());
  }

  private SpeedUp measure(int workers, Duration length, PenstockLoad load)
      throws InterruptedException {
    job.set(length);
    double perSecond =
        load.closedLoop(
            ServiceClass.BATCH, settings.inFlight(workers, length), RAMP_UP, settings.time());
    return new SpeedUp(workers, workers * settings.slots(), length, perSecond);
  }

  private Findings findings(List<SpeedUp> all, long failed) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode cells = json.putArray("cells");
    all.forEach(each -> COLUMNS.put(cells.addObject(), each));
    json.put("failed", failed);
    List<String> notes = new ArrayList<>();
    notes.add(
        "engines sleep, each worker has %d slots; speed-up is the mean number of runs at the same"
                .formatted(settings.slots())
            + " time, whose ideal is the number of slots; all workers share this JVM and its"
            + " processors with Kafka and the jobs; warm-up %d s"
                .formatted(settings.warmUp().toSeconds()));
    if (failed > 0) {
      notes.add(failed + " requests failed: do not trust these figures");
    }
    return new Findings(
        List.of(COLUMNS.table("speed-up", all)), List.of(chart(all)), json, notes, failed == 0);
  }

  private Chart chart(List<SpeedUp> all) {
    List<Double> counts = settings.workers().stream().map(Integer::doubleValue).toList();
    Chart.Builder chart =
        Chart.lines("speed-up", "Speed-up by workers", "workers", "runs at the same time")
            .logarithmic()
            .line("ideal", counts, counts.stream().map(each -> each * settings.slots()).toList());
    for (Duration length : settings.jobs()) {
      chart.line(
          "%d ms".formatted(length.toMillis()),
          counts,
          all.stream()
              .filter(each -> each.job().equals(length))
              .map(each -> Math.max(0.01, each.speedUp()))
              .toList());
    }
    return chart.build();
  }
}
