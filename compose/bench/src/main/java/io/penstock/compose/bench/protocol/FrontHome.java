package io.penstock.compose.bench.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchCodec;
import io.penstock.broker.batches.lifecycle.BatchMachine;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.lifecycle.BatchOrigin;
import io.penstock.broker.batches.lifecycle.CompletionWindow;
import io.penstock.broker.batches.run.BatchCoordinator;
import io.penstock.broker.batches.run.BatchRunner;
import io.penstock.broker.batches.run.BatchRuntime;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateWriter;
import io.penstock.broker.webhooks.delivery.EventAnnouncer;
import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One partition of results and the batches that live there. Its owners run them with the production
 * rules; they die between any two calls, are replaced, and go on after they were replaced.
 */
final class FrontHome {

  private static final Duration GRACE = Duration.ofSeconds(40);
  private static final Duration FILES_KEPT = Duration.ofDays(1);
  private static final long IDLE = Duration.ofMillis(250).toNanos();
  private static final long AFTER_FAILURE = Duration.ofSeconds(1).toNanos();

  /** A batch that has ended is looked at for so long by owners that were replaced. */
  private static final long FORGOTTEN_AFTER = Duration.ofMinutes(2).toNanos();

  private static final int MOST_STEPS_AT_ONCE = 50;
  private static final int RESULTS_KEPT = 20_000;
  private static final int MOST_BODY_BYTES = 1_000;
  private static final List<String> WINDOWS = List.of("1m", "3m", "8m", "8m");

  private final int partition;
  private final Cluster cluster;
  private final Chance chance;
  private final SimBlobs blobs = new SimBlobs();
  private final BatchAudit audit;
  private final SimLog<InferenceResult> results = new SimLog<>(RESULTS_KEPT);

  /** The last checkpoint of each batch that is not forgotten. */
  private final Map<String, Batch> batches = new LinkedHashMap<>();

  private final Map<String, byte[]> documents = new LinkedHashMap<>();
  private long epoch;
  private int ended;
  private Owner owner;

  /** An instance dies here. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1;

    Crash() {
      super(null, null, false, false);
    }
  }

  FrontHome(int partition, Cluster cluster) {
    this.partition = partition;
    this.cluster = cluster;
    this.chance = cluster.chance("front-" + partition);
    this.audit = new BatchAudit(blobs, cluster.audit);
    this.owner = new Owner();
  }

  void append(InferenceResult result) {
    results.append(result);
    results.trim(results.end());
    owner.wake(chance.millis(1, 15));
  }

  void begin(int first, int lines) {
    String id = RequestIds.batch(first);
    BlobName input = BlobName.of("files", id);
    blobs.put(input, input(lines));
    BatchOrder order =
        new BatchOrder(
            id,
            RequestIds.tenant(first),
            Requests.ENDPOINT,
            "file-in-" + id,
            input,
            CompletionWindow.of(WINDOWS.get(chance.below(WINDOWS.size()))).orElseThrow(),
            Map.of(),
            null,
            "file-out-" + id,
            "file-err-" + id,
            cluster.clock.instant(),
            Optional.empty(),
            BatchOrigin.PLAIN);
    Batch batch = Batch.created(order, results.end());
    batches.put(id, batch);
    documents.put(id, BatchCodec.encode(batch));
    owner.run(batch);
    owner.wake(0);
    if (chance.oneIn(12)) {
      cluster.clock.after(chance.millis(0, 5_000), () -> owner.cancel(id));
    }
  }

  private byte[] input(int lines) {
    StringBuilder file = new StringBuilder();
    for (int line = 1; line <= lines; line++) {
      file.append("{\"custom_id\":\"line-")
          .append(line)
          .append("\",\"method\":\"POST\",\"url\":\"")
          .append(Requests.ENDPOINT)
          .append("\",\"body\":{\"model\":\"")
          .append(Requests.model(chance.below(Cluster.SHARDS)))
          .append("\"}}\n");
    }
    return file.toString().getBytes(UTF_8);
  }

  int running() {
    return (int) batches.values().stream().filter(each -> !each.status().isTerminal()).count();
  }

  int ended() {
    return ended;
  }

  void requireEnded(Instant before, Duration calm) {
    for (Batch batch : batches.values()) {
      if (!batch.status().isTerminal() && batch.order().createdAt().isBefore(before)) {
        throw new ViolationException(
            Invariant.NOTHING_WAITS,
            "batch %s is %s with %d of %d lines fed and %d answered after %s without a fault"
                .formatted(
                    batch.order().id(),
                    batch.status(),
                    batch.fed(),
                    batch.total(),
                    batch.answered().count(),
                    calm));
      }
    }
  }

  private void takeOver() {
    owner = new Owner();
    owner.wake(0);
  }

  private void takeOverAfter(long nanos) {
    long replaced = epoch;
    cluster.clock.after(
        nanos,
        () -> {
          if (epoch == replaced) {
            takeOver();
          }
        });
  }

  private void written(Batch batch) {
    String id = batch.order().id();
    Batch before = batches.get(id);
    if (before == null) {
      return;
    }
    audit.checkpoint(before, batch);
    batches.put(id, batch);
    cluster.history.add(batch.answered().count() * 43L);
    cluster.history.add(batch.status().name());
    if (batch.status().isTerminal() && !before.status().isTerminal()) {
      ended++;
      cluster.clock.after(FORGOTTEN_AFTER, () -> forget(batch));
    }
  }

  private void forget(Batch batch) {
    String id = batch.order().id();
    batches.remove(id);
    documents.remove(id);
    blobs.remove(batch.order().inputBlob());
    blobs.clear(BlobName.of("batches", id));
  }

  private final class Owner implements RequestGateway, StateWriter {

    private final long ownEpoch = ++epoch;
    private final Map<String, BatchRunner> runners = new LinkedHashMap<>();
    private final List<Runnable> late = new ArrayList<>();

    /** When each batch that failed goes on: results wake the owner much sooner. */
    private final IdentityHashMap<BatchRunner, Long> restsUntil = new IdentityHashMap<>();

    private long position;
    private long heard;
    private boolean dead;
    private long nextTurn = Long.MAX_VALUE;

    Owner() {
      position = results.end();
      for (byte[] document : documents.values()) {
        Batch batch = BatchCodec.decode(document);
        if (!batch.status().isTerminal()) {
          position = Math.min(position, Math.max(results.first(), batch.resultsOffset()));
          run(batch);
        }
      }
      heard = position;
    }

    void run(Batch batch) {
      if (!dead) {
        runners.put(batch.order().id(), runner(batch));
      }
    }

    private BatchRunner runner(Batch batch) {
      return new BatchRunner(
          batch,
          new BatchRuntime(
              new BatchMachine(GRACE),
              InputLimits.of(MOST_BODY_BYTES),
              (_, source, judge, _) -> {
                try (InputStream in = source.open()) {
                  return Optional.of(judge.judge(in));
                }
              },
              (_, _, _) -> Optional.empty(),
              _ -> 0,
              blobs.seenBy(this::disturb, this::commit),
              this,
              FILES_KEPT,
              _ -> {},
              EventAnnouncer.NOBODY),
          this,
          () -> heard,
          cluster.clock.instant());
    }

    void cancel(String id) {
      BatchRunner runner = runners.get(id);
      if (runner != null) {
        var _ = runner.cancel();
        wake(0);
      }
    }

    void wake(long after) {
      long at = cluster.clock.now() + after;
      if (!dead && at < nextTurn) {
        nextTurn = at;
        cluster.clock.at(at, () -> turn(at));
      }
    }

    private void turn(long planned) {
      if (dead || nextTurn != planned) {
        return;
      }
      nextTurn = Long.MAX_VALUE;
      if (ownEpoch == epoch && cluster.weather.brings(FaultKind.MOVE_FRONT, 300)) {
        takeOver();
      }
      hear();
      long next = IDLE;
      Iterator<BatchRunner> each = runners.values().iterator();
      while (each.hasNext() && !dead) {
        BatchRunner runner = each.next();
        next = Math.min(next, step(runner));
        if (runner.isDone()) {
          each.remove();
          restsUntil.remove(runner);
        }
      }
      if (!runners.isEmpty()) {
        wake(next);
      }
    }

    private void hear() {
      position = Math.max(position, results.first());
      for (; position < results.end(); position++) {
        InferenceResult result = results.get(position);
        BatchRunner runner = runners.get(result.getBatchId().orElseThrow());
        ResultRecord record =
            new ResultRecord(partition, position, cluster.clock.instant(), result);
        if (runner != null && record.isFirst()) {
          runner.deliver(record);
        }
        heard = position + 1;
      }
    }

    /** Returns how long to wait for the next step. */
    private long step(BatchRunner runner) {
      long rest = restsUntil.getOrDefault(runner, 0L) - cluster.clock.now();
      if (rest > 0) {
        return rest;
      }
      try {
        for (int steps = 0; steps < MOST_STEPS_AT_ONCE; steps++) {
          if (!runner.step(cluster.clock.instant())) {
            return IDLE;
          }
        }
        return chance.millis(1, 5);
      } catch (IOException failed) {
        restsUntil.put(runner, cluster.clock.now() + AFTER_FAILURE);
        return AFTER_FAILURE;
      } catch (HomeLostException lost) {
        dead = true;
      } catch (Crash crash) {
        dead = true;
        if (ownEpoch == epoch) {
          takeOverAfter(chance.millis(100, 8_000));
        }
      }
      return IDLE;
    }

    /** Before and after any call the instance may die, or the call fail. */
    private void disturb() throws IOException {
      if (cluster.weather.brings(FaultKind.CRASH_FRONT, 500)) {
        throw new Crash();
      }
      if (cluster.weather.brings(FaultKind.FRONT_CALL, 200)) {
        throw new IOException("no answer");
      }
    }

    private void commit(Runnable blob) {
      if (cluster.settings.planted() == PlantedBug.CHECKPOINT_BEFORE_DATA) {
        late.add(blob);
      } else {
        blob.run();
      }
    }

    @Override
    public CompletableFuture<Void> submit(InferenceRequest request, @Nullable String traceparent) {
      try {
        disturb();
        submit(request);
        disturb();
        return CompletableFuture.completedFuture(null);
      } catch (IOException failed) {
        return CompletableFuture.failedFuture(failed);
      }
    }

    private void submit(InferenceRequest request) {
      int shard = Requests.shardOf(request.getModel());
      ServiceClass serviceClass = request.getServiceClass().orElse(ServiceClass.BATCH);
      ScoredFacts facts =
          Requests.facts(
              request.getId(),
              request.getTenant(),
              shard,
              true,
              serviceClass,
              request.getCreatedAt().orElseThrow(),
              request.getDeadline().orElseThrow(),
              request.getBatchId().orElseThrow(),
              request.getCustomId().orElseThrow());
      cluster.clock.after(chance.millis(1, 10), () -> cluster.submit(shard, facts, serviceClass));
    }

    @Override
    public CompletableFuture<Void> cancel(String tenant, String id) {
      cluster.audit.cancelAsked(RequestIds.number(id));
      cluster.command(
          ShardTopic.CANCELLATIONS,
          ControlCommand.newBuilder()
              .setKind(CommandKind.CANCEL)
              .setRequestId(id)
              .setTenant(tenant)
              .setIssuedAt(cluster.clock.instant())
              .build());
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public int partition() {
      return partition;
    }

    @Override
    public long epoch() {
      return ownEpoch;
    }

    @Override
    public CompletableFuture<Void> write(List<StateChange> changes) {
      try {
        disturb();
        if (ownEpoch != epoch) {
          return CompletableFuture.failedFuture(new HomeLostException(partition));
        }
        changes.forEach(this::put);
        disturb();
        late.forEach(Runnable::run);
        late.clear();
        return CompletableFuture.completedFuture(null);
      } catch (IOException failed) {
        return CompletableFuture.failedFuture(failed);
      }
    }

    private void put(StateChange change) {
      if (change instanceof StateChange.Put(var entry)
          && entry.kind().equals(BatchCoordinator.KIND)
          && batches.containsKey(entry.id())) {
        documents.put(entry.id(), entry.document());
        written(BatchCodec.decode(entry.document()));
      }
    }
  }
}
