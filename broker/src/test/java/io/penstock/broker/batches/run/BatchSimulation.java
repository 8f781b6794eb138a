package io.penstock.broker.batches.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchCodec;
import io.penstock.broker.batches.lifecycle.BatchMachine;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.lifecycle.BatchOrigin;
import io.penstock.broker.batches.lifecycle.CompletionWindow;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.BlobWriter;
import io.penstock.broker.blobs.MemoryStore;
import io.penstock.broker.files.FileCodec;
import io.penstock.broker.files.FileRecord;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateWriter;
import io.penstock.broker.webhooks.delivery.EventAnnouncer;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.ResultError;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A simulation of a batch's home: one log of results, one store, an engine that answers in any
 * order, and owners that are replaced, die between any two calls, and go on after they were
 * replaced. The runners are the real ones; the log, the front topic and time are not.
 */
final class BatchSimulation {

  /** An owner dies here. */
  static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
  private static final BlobName INPUT = BlobName.of("files", "in");
  private static final int PARTITION = 3;

  private final Random random;
  private final int requests;
  private final MemoryStore store = new MemoryStore();
  private final List<ResultRecord> log = new ArrayList<>();
  private final Map<String, byte[]> front = new HashMap<>();
  private final Map<String, InferenceRequest> pending = new HashMap<>();
  private final Set<String> known = new HashSet<>();
  private final List<Owner> owners = new ArrayList<>();
  private final BatchOrder order;
  private Instant now = START;
  private long epoch;
  private boolean stormy = true;
  private int depth;

  int crashes;
  int replacements;
  int fencedWrites;
  int repetitions;
  int foreignParts;

  BatchSimulation(long seed, int requests, boolean brief) {
    this.random = new Random(seed);
    this.requests = requests;
    this.order =
        new BatchOrder(
            "batch_sim",
            "acme",
            "/v1/completions",
            "file-in",
            INPUT,
            CompletionWindow.of(brief ? "1m" : "24h").orElseThrow(),
            Map.of(),
            null,
            "file-out",
            "file-err",
            START,
            Optional.empty(),
            BatchOrigin.PLAIN);
    write(INPUT, input());
    front.put("batch/batch_sim", BatchCodec.encode(Batch.created(order, 0)));
    takeOver();
  }

  private static void write(MemoryStore into, BlobName name, byte[] bytes) {
    try (BlobWriter writer = into.create(name)) {
      writer.write(bytes);
      writer.commit();
    } catch (IOException inMemory) {
      throw new UncheckedIOException(inMemory);
    }
  }

  private void write(BlobName name, byte[] bytes) {
    write(store, name, bytes);
  }

  private byte[] input() {
    StringBuilder file = new StringBuilder();
    for (int number = 1; number <= requests; number++) {
      file.append(
          "{\"custom_id\":\"line-%d\",\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":{\"model\":\"m\",\"n\":%d}}\n"
              .formatted(number, number));
    }
    return file.toString().getBytes(UTF_8);
  }

  /** So many random happenings, then calm weather until the batch has ended. */
  void run(int happenings, boolean cancel) {
    int cancelAt = cancel ? random.nextInt(happenings) : -1;
    for (int each = 0; each < happenings; each++) {
      if (each == cancelAt) {
        var _ = owners.getLast().runner.cancel();
      }
      happen();
    }
    stormy = false;
    takeOver();
    for (int round = 0; !batch().status().isTerminal(); round++) {
      if (round > 5_000) {
        throw new AssertionError("the batch does not end: " + batch());
      }
      now = now.plusMillis(random.nextInt(5_000));
      answerOne();
      owners.getLast().hear(Integer.MAX_VALUE);
      step(owners.getLast());
    }
    // What the replaced ones still do changes nothing.
    for (Owner zombie : owners) {
      zombie.hear(Integer.MAX_VALUE);
      step(zombie);
      now = now.plusSeconds(100);
      step(zombie);
    }
  }

  Batch batch() {
    return BatchCodec.decode(front.get("batch/batch_sim"));
  }

  boolean hasFile(String id) {
    return front.containsKey("file/" + id);
  }

  /** The lines of a file as its record names its content. */
  List<String> lines(String id) throws IOException {
    if (!hasFile(id)) {
      return List.of();
    }
    FileRecord file = FileCodec.decode(front.get("file/" + id));
    StringBuilder text = new StringBuilder();
    for (FileRecord.Piece piece : file.pieces()) {
      try (InputStream in = store.read(piece.blob())) {
        byte[] bytes = in.readAllBytes();
        if (bytes.length != piece.bytes()) {
          throw new AssertionError("%s has another length".formatted(piece));
        }
        text.append(new String(bytes, UTF_8));
      }
    }
    return text.toString().lines().toList();
  }

  /** How many blobs of the batch belong to none of its files. */
  long leftovers() {
    Batch last = batch();
    return (long) store.list(BlobName.of("batches")).size()
        - last.outputParts().size()
        - last.errorParts().size();
  }

  private void happen() {
    now = now.plusMillis(random.nextInt(600));
    Owner someone = owners.get(random.nextInt(owners.size()));
    Owner current = owners.getLast();
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> step(current);
      case 3 -> step(someone);
      case 4, 5 -> current.hear(1 + random.nextInt(10));
      case 6 -> someone.hear(1 + random.nextInt(10));
      case 7, 8, 9 -> answerOne();
      case 10 -> {
        if (random.nextInt(8) == 0) {
          takeOver();
        }
      }
      default -> answerOne();
    }
  }

  private void step(Owner owner) {
    if (owner.dead) {
      return;
    }
    try {
      owner.runner.step(now);
    } catch (IOException retried) {
      // Its driver calls it again.
    } catch (HomeLostException lost) {
      fencedWrites++;
      owner.dead = true;
    } catch (Crash crash) {
      crashes++;
      owner.dead = true;
      if (owner == owners.getLast()) {
        takeOver();
      }
    }
  }

  private void takeOver() {
    replacements++;
    epoch++;
    owners.add(new Owner(epoch, batch()));
  }

  private void answerOne() {
    if (pending.isEmpty()) {
      return;
    }
    List<String> ids = pending.keySet().stream().sorted().toList();
    InferenceRequest request = pending.remove(ids.get(random.nextInt(ids.size())));
    TerminalStatus status;
    if (!now.isBefore(request.getDeadline().orElseThrow())) {
      status = TerminalStatus.EXPIRED;
    } else {
      status = random.nextInt(10) == 0 ? TerminalStatus.FAILED : TerminalStatus.SUCCEEDED;
    }
    append(result(request, status, null));
  }

  private void append(InferenceResult result) {
    log.add(new ResultRecord(PARTITION, log.size(), now, result));
  }

  private InferenceResult result(
      InferenceRequest request, TerminalStatus status, @Nullable Repetition repetition) {
    boolean succeeded = status == TerminalStatus.SUCCEEDED && repetition == null;
    return InferenceResult.newBuilder()
        .setId(request.getId())
        .setTenant(request.getTenant())
        .setEndpoint(request.getEndpoint())
        .setStatus(status)
        .setStatusCode(succeeded ? 200 : 500)
        .setBody(succeeded ? request.getBody() : null)
        .setError(
            succeeded
                ? null
                : ResultError.newBuilder()
                    .setType("server_error")
                    .setCode("broken")
                    .setMessage("It broke.")
                    .setRetryable(false)
                    .build())
        .setServiceClass(ServiceClass.BATCH)
        .setRequestedModel(request.getModel())
        .setAttempts(1)
        .setUsage(succeeded ? new TokenUsage(7L, 3L, 2L) : null)
        .setBatchId(request.getBatchId().orElse(null))
        .setCustomId(request.getCustomId().orElse(null))
        .setAcceptedAt(now)
        .setQueuedAt(now)
        .setLeasedAt(now)
        .setFinishedAt(now)
        .setRepetition(repetition)
        .build();
  }

  /** Between any two calls an owner may die, fail, or be replaced by one that goes on at once. */
  private void disturb() throws IOException {
    if (!stormy) {
      return;
    }
    int lot = random.nextInt(150);
    if (lot == 0) {
      throw new Crash();
    }
    if (lot == 1) {
      throw new IOException("no answer");
    }
    if (lot == 2 && depth == 0) {
      depth++;
      takeOver();
      for (int steps = random.nextInt(6); steps > 0; steps--) {
        owners.getLast().hear(random.nextInt(50));
        step(owners.getLast());
      }
      depth--;
    }
  }

  private final class Owner implements RequestGateway, StateWriter {

    private final long ownEpoch;
    private final BatchRunner runner;
    private int read;
    private long heard;
    private boolean dead;

    Owner(long ownEpoch, Batch from) {
      this.ownEpoch = ownEpoch;
      this.read = (int) from.resultsOffset();
      this.runner =
          new BatchRunner(
              from,
              new BatchRuntime(
                  new BatchMachine(Duration.ofSeconds(20)),
                  InputLimits.of(10_000),
                  (_, source, judge, _) -> {
                    try (InputStream in = source.open()) {
                      return Optional.of(judge.judge(in));
                    }
                  },
                  (_, _, _) -> Optional.empty(),
                  _ -> 0,
                  new DisturbedStore(),
                  this,
                  Duration.ofDays(30),
                  _ -> {},
                  EventAnnouncer.NOBODY),
              this,
              () -> heard,
              now);
    }

    void hear(int most) {
      for (int left = most; left > 0 && read < log.size(); left--) {
        runner.deliver(log.get(read));
        read++;
        heard = read;
      }
    }

    @Override
    public CompletableFuture<Void> submit(InferenceRequest request, @Nullable String traceparent) {
      try {
        disturb();
        if (known.add(request.getId())) {
          pending.put(request.getId(), request);
        } else {
          repetitions++;
          append(result(request, TerminalStatus.SUCCEEDED, Repetition.SAME));
        }
        disturb();
        return CompletableFuture.completedFuture(null);
      } catch (IOException failed) {
        return CompletableFuture.failedFuture(failed);
      }
    }

    @Override
    public CompletableFuture<Void> cancel(String tenant, String id) {
      InferenceRequest request = random.nextInt(5) == 0 ? null : pending.remove(id);
      if (request != null) {
        append(result(request, TerminalStatus.CANCELLED, null));
      }
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public int partition() {
      return PARTITION;
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
          return CompletableFuture.failedFuture(new HomeLostException(PARTITION));
        }
        for (StateChange change : changes) {
          if (change instanceof StateChange.Put put) {
            front.put(change.key(), put.entry().document());
          }
        }
        disturb();
        return CompletableFuture.completedFuture(null);
      } catch (IOException failed) {
        return CompletableFuture.failedFuture(failed);
      }
    }

    private final class DisturbedStore implements BlobStore {

      @Override
      public BlobWriter create(BlobName name) throws IOException {
        disturb();
        if (ownEpoch != epoch) {
          foreignParts++;
        }
        return store.create(name);
      }

      @Override
      public InputStream read(BlobName name, long from, long length) throws IOException {
        disturb();
        return store.read(name, from, length);
      }

      @Override
      public OptionalLong size(BlobName name) {
        return store.size(name);
      }

      @Override
      public boolean delete(BlobName name) throws IOException {
        disturb();
        return store.delete(name);
      }

      @Override
      public List<BlobName> list(BlobName under, Instant before) throws IOException {
        List<BlobName> found = store.list(under, before);
        disturb();
        return found;
      }

      @Override
      public void sweep(Instant time, Duration age) {
        store.sweep(time, age);
      }
    }
  }
}
