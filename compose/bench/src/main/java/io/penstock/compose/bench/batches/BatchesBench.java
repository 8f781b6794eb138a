package io.penstock.compose.bench.batches;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Columns;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.front.HttpLoad;
import io.penstock.compose.bench.load.LatencyHistogram;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.LiveHeap;
import io.penstock.compose.bench.rig.SleepingEngine;
import io.penstock.compose.cli.Column;
import io.penstock.workers.WorkerConfig;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Runs a batch through the HTTP front before an engine that answers at once: how fast its lines go
 * in and out, how good its promised end is, and what interactive calls wait beside it and alone.
 * Then the memory that judging a large file takes.
 */
public record BatchesBench(BatchesSettings settings) implements Bench {

  private static final String MODEL = "bench-batches";
  private static final int SLOTS = 256;
  private static final int TEXT_BYTES = 100;
  private static final int LARGE_TEXT_BYTES = 16_000;
  private static final int WARM_UP_LINES = 500;
  private static final long POLL_MILLIS = 100;
  private static final Duration ROUND = Duration.ofSeconds(5);
  private static final InstantSource CLOCK = InstantSource.system();

  private record Interactive(double p50, double p99, long bad) {

    static Interactive of(List<RequestLog> logs) {
      LatencyHistogram waited = new LatencyHistogram();
      long bad = 0;
      for (RequestLog log : logs) {
        waited.add(log.between(Moment.DUE, Moment.VISIBLE));
        bad += log.unanswered() + log.failed();
      }
      return new Interactive(waited.millis(50), waited.millis(99), bad);
    }
  }

  private record Judging(long bytes, double seconds, double heapMegabytes) {}

  private static final Columns<BatchFigures> LINES =
      Columns.of(
          Column.of("lines", "lines", BatchFigures::lines),
          Column.shown("upload s", BatchFigures::uploadSeconds),
          Column.shown("judged s", BatchFigures::judgeSeconds),
          Column.shown("run s", BatchFigures::runSeconds),
          Column.of("lines in/s", "lines_in_per_s", BatchFigures::linesInPerSecond),
          Column.of("lines out/s", "lines_out_per_s", BatchFigures::linesOutPerSecond),
          Column.of("peak heap MB", "batch_peak_heap_mb", BatchFigures::heapMegabytes),
          Column.shown("promises", BatchFigures::promises),
          Column.of("promise off, median", "promise_error_median", BatchFigures::promiseMedian),
          Column.of("promise off, p90", "promise_error_p90", BatchFigures::promiseP90));

  private static final Columns<Judging> JUDGING =
      Columns.of(
          Column.of("bytes", "judged_bytes", Judging::bytes),
          Column.of("judged s", "judged_s", Judging::seconds),
          Column.shown("MB/s", each -> each.bytes() / 1e6 / each.seconds()),
          Column.of("peak heap MB", "judged_peak_heap_mb", Judging::heapMegabytes));

  @Override
  public Findings run(BenchProgress progress) throws Exception {
    try (BenchCluster cluster = BenchCluster.serving(progress, MODEL);
        HttpLoad load = new HttpLoad()) {
      cluster.startWorker(
          new WorkerConfig("worker-batches", List.of(MODEL), SLOTS),
          new SleepingEngine(() -> Duration.ZERO));
      URI front = cluster.startFront();
      try (BatchCalls calls = new BatchCalls(front, cluster.folder("forms"))) {
        progress.at("warm-up", 0.1);
        warmUp(load, front, calls);
        progress.at("interactive calls alone", 0.25);
        Interactive alone =
            Interactive.of(List.of(load.waiting(front, MODEL, settings.rate(), settings.time())));
        progress.at("a batch of %d lines".formatted(settings.lines()), 0.35);
        Interactive[] beside = new Interactive[1];
        BatchFigures batch =
            batch(
                calls,
                settings.lines(),
                runs ->
                    beside[0] =
                        Interactive.of(
                            load.waitingWhile(runs, front, MODEL, settings.rate(), ROUND)));
        progress.at("judging %d bytes".formatted(settings.bytes()), 0.8);
        Judging judging = judge(calls);
        return findings(batch, alone, beside[0], judging);
      }
    }
  }

  private void warmUp(HttpLoad load, URI front, BatchCalls calls) throws Exception {
    if (settings.warmUp().isZero()) {
      return;
    }
    Instant end = CLOCK.instant().plus(settings.warmUp());
    while (CLOCK.instant().isBefore(end)) {
      BatchFigures _ =
          batch(
              calls,
              WARM_UP_LINES,
              _ -> load.waiting(front, MODEL, settings.rate(), Duration.ofSeconds(1)));
    }
  }

  /** What goes on beside a batch. */
  @FunctionalInterface
  private interface Meanwhile {

    /**
     * @param runs whether the batch does still
     */
    Object run(BooleanSupplier runs) throws Exception;
  }

  /** Runs a batch, and something else from when its lines are fed. */
  private static BatchFigures batch(BatchCalls calls, int lines, Meanwhile meanwhile)
      throws Exception {
    long before = LiveHeap.bytes();
    PeakHeap peak = new PeakHeap();
    peak.begin();
    AtomicBoolean runs = new AtomicBoolean(true);
    Instant begin = CLOCK.instant();
    String file = calls.upload(MODEL, lines, TEXT_BYTES);
    Instant uploaded = CLOCK.instant();
    String id = calls.create(file);
    Instant running = awaitStatus(calls, id, "in_progress");
    try (ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> other = beside.submit(() -> meanwhile.run(runs::get));
      Promises promises = new Promises();
      JsonNode batch = calls.batch(id);
      while (!isEnded(batch)) {
        Instant at = CLOCK.instant();
        if (batch.has("estimated_completion_at")) {
          promises.add(at, Instant.ofEpochSecond(batch.path("estimated_completion_at").asLong()));
        }
        Thread.sleep(POLL_MILLIS);
        batch = calls.batch(id);
      }
      Instant end = CLOCK.instant();
      double megabytes = (peak.bytes() - before) / 1e6;
      runs.set(false);
      other.get();
      return new BatchFigures(
          lines,
          seconds(begin, uploaded),
          seconds(uploaded, running),
          seconds(running, end),
          lines - batch.path("request_counts").path("completed").asInt(),
          megabytes,
          promises.count(),
          promises.error(0.5, end),
          promises.error(0.9, end));
    }
  }

  private static Instant awaitStatus(BatchCalls calls, String id, String status)
      throws IOException, InterruptedException {
    JsonNode batch = calls.batch(id);
    while (!batch.path("status").asText().equals(status)) {
      if (isEnded(batch)) {
        return CLOCK.instant();
      }
      Thread.sleep(5);
      batch = calls.batch(id);
    }
    return CLOCK.instant();
  }

  private static boolean isEnded(JsonNode batch) {
    return switch (batch.path("status").asText()) {
      case "completed", "failed", "expired", "cancelled" -> true;
      default -> false;
    };
  }

  /** Judges a large file, and runs as little of it as can be. */
  private Judging judge(BatchCalls calls) throws IOException, InterruptedException {
    int lines = (int) (settings.bytes() / (LARGE_TEXT_BYTES + 200));
    String file = calls.upload(MODEL, lines, LARGE_TEXT_BYTES);
    long before = LiveHeap.bytes();
    PeakHeap peak = new PeakHeap();
    peak.begin();
    Instant begin = CLOCK.instant();
    String id = calls.create(file);
    Instant end = awaitStatus(calls, id, "in_progress");
    double megabytes = (peak.bytes() - before) / 1e6;
    calls.cancel(id);
    return new Judging((long) lines * (LARGE_TEXT_BYTES + 200), seconds(begin, end), megabytes);
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }

  private Findings findings(
      BatchFigures batch, Interactive alone, Interactive beside, Judging judging) {
    BenchTable interactive =
        new BenchTable("interactive", "calls", "p50 ms", "p99 ms", "p99 ratio")
            .row("alone", alone.p50(), alone.p99(), 1.0)
            .row(
                "beside the batch",
                beside.p50(),
                beside.p99(),
                Figures.ratio(beside.p99(), alone.p99()));
    long bad = alone.bad() + beside.bad() + batch.failed();
    return new Findings(
        List.of(
            LINES.table("batch", List.of(batch)),
            interactive,
            JUDGING.table("judging", List.of(judging))),
        List.of(),
        json(batch, alone, beside, judging, bad),
        notes(bad),
        bad == 0);
  }

  private static ObjectNode json(
      BatchFigures batch, Interactive alone, Interactive beside, Judging judging, long bad) {
    ObjectNode json = LINES.put(JsonNodeFactory.instance.objectNode(), batch);
    Figures.put(json, "interactive_alone_p99_ms", alone.p99());
    Figures.put(json, "interactive_beside_p99_ms", beside.p99());
    JUDGING.put(json, judging);
    return json.put("bad", bad);
  }

  private List<String> notes(long bad) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "an engine of %d slots that answers at once; %.0f interactive calls/s, alone for %d s, and from when the batch's lines are fed to its end; warm-up %d s"
            .formatted(
                SLOTS,
                settings.rate(),
                settings.time().toSeconds(),
                settings.warmUp().toSeconds()));
    notes.add(
        "a promise is estimated_completion_at, asked for each %d ms; how far it was off is a share of the time that was left, where that was 2 s or more"
            .formatted(POLL_MILLIS));
    notes.add(
        "peak heap is the most of this JVM while the batch ran or the file was judged, garbage"
            + " included, less what was alive before; Kafka and all else run in it, too");
    notes.add(
        "scoring of batch lines gives way while interactive calls come and for 10 s after the last"
            + " (score.batchShare): without them a batch is several times as fast");
    if (bad > 0) {
      notes.add(bad + " calls or lines had no answer: do not trust these figures");
    }
    return notes;
  }
}
