package io.penstock.compose.bench.failover;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Chart;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.load.EpochMicros;
import io.penstock.compose.bench.load.OpenLoop;
import io.penstock.compose.bench.load.Pacing;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestSender;
import io.penstock.compose.bench.load.ResultTap;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.BenchProcess;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.topics.ModelPartitions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What a killed process costs: two dispatch processes and two workers under steady load; first a
 * dispatch process is killed with SIGKILL, then a worker. Results are counted on the results topic
 * itself. The model's requests are spread over all partitions, so each dispatch process serves some
 * of them.
 */
public final class FailoverBench implements Bench {

  private static final String MODEL = "bench-failover";
  private static final Duration DEADLINE = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration STRAGGLERS = Duration.ofSeconds(3);

  private final FailoverSettings settings;

  public FailoverBench(FailoverSettings settings) {
    this.settings = settings;
  }

  @Override
  public Findings run(BenchProgress progress) throws Exception {
    progress.at("starting Kafka, the registry and score", 0);
    try (BenchCluster cluster = BenchCluster.start()) {
      List<Integer> partitions =
          IntStream.range(0, cluster.topics().modelPartitions()).boxed().toList();
      cluster.register(MODEL, partitions);
      progress.at("starting two dispatch processes and two workers", 0.1);
      BenchProcess dispatch = dispatch(cluster, "dispatch-1").awaitReady();
      BenchProcess _ = dispatch(cluster, "dispatch-2").awaitReady();
      BenchProcess worker = worker(cluster, "worker-1").awaitReady();
      BenchProcess _ = worker(cluster, "worker-2").awaitReady();
      try (RequestSender sender =
              new RequestSender(cluster.connection(), cluster.topics().names(), MODEL, 1);
          ResultTap results =
              new ResultTap(cluster.connection(), cluster.topics().names().results())) {
        progress.at("warm-up", 0.25);
        load("warm", WARM_UP, sender, results);
        Map<String, Recovery> found = new LinkedHashMap<>();
        progress.at("killing a dispatch process", 0.35);
        found.put("dispatch", kill("dispatch", dispatch, partitions, sender, results));
        progress.at("killing a worker", 0.65);
        found.put("worker", kill("worker", worker, partitions, sender, results));
        progress.at("stopping", 0.97);
        return findings(found);
      }
    }
  }

  private BenchProcess dispatch(BenchCluster cluster, String name) throws Exception {
    return BenchProcess.dispatch(cluster, name, settings.failover(), settings.standbys());
  }

  private BenchProcess worker(BenchCluster cluster, String id) throws Exception {
    return BenchProcess.worker(cluster, id, MODEL, settings.slots(), settings.job());
  }

  private Recovery kill(
      String name,
      BenchProcess victim,
      List<Integer> partitions,
      RequestSender sender,
      ResultTap results)
      throws Exception {
    CompletableFuture<Long> killed =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                long at = EpochMicros.now();
                victim.kill();
                return at;
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            CompletableFuture.delayedExecutor(
                settings.time().toMillis() / 3, TimeUnit.MILLISECONDS));
    RequestLog log = load(name, settings.time(), sender, results);
    Thread.sleep(STRAGGLERS);
    ModelSpec spec =
        ModelSpec.newBuilder()
            .setName(MODEL)
            .setEndpoints(List.of("/v1/chat/completions"))
            .setContextWindow(1)
            .setMaxOutputTokens(1)
            .setPartitions(partitions)
            .setUpdatedAt(Instant.EPOCH)
            .build();
    return Recovery.of(
        log, killed.get(), number -> ModelPartitions.of(spec, log.id(number), partitions.size()));
  }

  private RequestLog load(String round, Duration time, RequestSender sender, ResultTap results)
      throws InterruptedException {
    Pacing pacing = new Pacing(settings.rate());
    RequestLog log = new RequestLog(round, pacing.count(time));
    results.record(log);
    OpenLoop.run(
        log, pacing, number -> sender.send(log.id(number), ServiceClass.INTERACTIVE, DEADLINE));
    log.await(PATIENCE);
    return log;
  }

  private Findings findings(Map<String, Recovery> found) {
    BenchTable table =
        new BenchTable(
            "kills",
            "killed",
            "sent",
            "lost",
            "duplicates",
            "failed",
            "resumed after s",
            "in flight settled after s");
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    found.forEach(
        (name, each) -> {
          table.row(
              name,
              each.sent(),
              each.lost(),
              each.duplicates(),
              each.failed(),
              each.resumeMillis() / 1e3,
              each.settledMillis() / 1e3);
          ObjectNode part =
              json.putObject(name)
                  .put("sent", each.sent())
                  .put("lost", each.lost())
                  .put("duplicates", each.duplicates())
                  .put("failed", each.failed());
          Figures.put(part, "resume_ms", each.resumeMillis());
          Figures.put(part, "settled_ms", each.settledMillis());
        });
    boolean kept =
        found.values().stream().allMatch(each -> each.lost() == 0 && each.duplicates() == 0);
    Chart chart =
        Chart.bars(
                "resume",
                "Time to resume after kill -9",
                "killed",
                "seconds",
                List.copyOf(found.keySet()))
            .bar(
                "first results of all partitions",
                found.values().stream().map(each -> finite(each.resumeMillis()) / 1e3).toList())
            .bar(
                "last result of what was in flight",
                found.values().stream().map(each -> finite(each.settledMillis()) / 1e3).toList())
            .build();
    return new Findings(List.of(table), List.of(chart), json, notes(kept), kept);
  }

  private static double finite(double figure) {
    return Double.isFinite(figure) ? figure : 0;
  }

  private List<String> notes(boolean kept) {
    String how =
        "%.0f interactive requests/s, two workers of %d slots whose engines sleep %d ms, two"
                .formatted(settings.rate(), settings.slots(), settings.job().toMillis())
            + " dispatch processes with %d standby and time-outs of %d ms; the killed one is not"
                .formatted(settings.standbys(), settings.failover().toMillis())
            + " started again; resumed = every partition had a result of a request sent after the"
            + " kill; duplicates are counted for 3 s after the last result";
    return kept
        ? List.of(how)
        : List.of(how, "results were lost or came twice: the guarantee did not hold");
  }
}
