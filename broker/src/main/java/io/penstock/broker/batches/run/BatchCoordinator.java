package io.penstock.broker.batches.run;

import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchCodec;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.files.FileUses;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.HomeException;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.home.StateWriter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The batches whose homes this instance owns, each run by a thread. Safe for use by many. */
public final class BatchCoordinator implements PartitionListener, FileUses, AutoCloseable {

  /**
   * A batch, and when it will be done by what was seen so far.
   *
   * @param batch as it is now
   * @param estimatedCompletion empty while nothing can be said
   */
  public record Shown(Batch batch, Optional<Instant> estimatedCompletion) {}

  /** The kind of the front topic's entries that hold batches. */
  public static final String KIND = "batch";

  private record OwnedPartition(
      StateWriter writer,
      AtomicLong heardUpTo,
      Map<String, BatchThread> running,
      Map<String, Batch> finished,
      Lock repeated,
      AtomicBoolean lost) {

    OwnedPartition(StateWriter writer) {
      this(
          writer,
          new AtomicLong(),
          new ConcurrentHashMap<>(),
          new ConcurrentHashMap<>(),
          new ReentrantLock(),
          new AtomicBoolean());
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(BatchCoordinator.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Homes homes;
  private final BatchRuntime runtime;
  private final Duration retention;
  private final InstantSource clock;
  private final Map<Integer, OwnedPartition> ownedPartitions = new ConcurrentHashMap<>();

  /** Input files of batches that are being made, and the batches' ids. */
  private final Map<String, String> reserved = new ConcurrentHashMap<>();

  /**
   * @param runtime what its batches have in common
   * @param retention how long a batch that has ended is kept
   */
  public BatchCoordinator(
      Homes homes, BatchRuntime runtime, Duration retention, InstantSource clock) {
    this.homes = homes;
    this.runtime = runtime;
    this.retention = retention;
    this.clock = clock;
  }

  @Override
  public OptionalLong taken(Home home) {
    OwnedPartition owned = new OwnedPartition(home.writer());
    OptionalLong first = OptionalLong.empty();
    for (Batch batch : home.read(KIND, BatchCoordinator::decode).values()) {
      if (batch.status().isTerminal()) {
        owned.finished().put(batch.order().id(), batch);
      } else {
        long from = batch.resultsOffset();
        first = OptionalLong.of(Math.min(from, first.orElse(Long.MAX_VALUE)));
        owned.running().put(batch.order().id(), thread(owned, batch));
      }
    }
    ownedPartitions.put(home.partition(), owned);
    owned.running().values().forEach(BatchThread::start);
    return first;
  }

  private static Batch decode(StateEntry entry) {
    Batch batch = BatchCodec.decode(entry.document());
    entry.requireId(batch.order().id());
    return batch;
  }

  private BatchThread thread(OwnedPartition owned, Batch batch) {
    BatchRunner runner =
        new BatchRunner(batch, runtime, owned.writer(), owned.heardUpTo()::get, clock.instant());
    return new BatchThread(runner, clock, () -> ended(owned, runner));
  }

  private static void ended(OwnedPartition owned, BatchRunner runner) {
    Batch batch = runner.batch();
    owned.finished().put(batch.order().id(), batch);
    owned.running().remove(batch.order().id());
  }

  @Override
  public void result(ResultRecord record) {
    OwnedPartition owned = ownedPartitions.get(record.partition());
    if (owned == null) {
      return;
    }
    String id = record.result().getId();
    BatchThread thread = owned.running().get(id.substring(0, Math.max(0, id.lastIndexOf('.'))));
    if (thread != null && record.isFirst()) {
      thread.deliver(record);
    }
    owned.heardUpTo().accumulateAndGet(record.offset() + 1, Math::max);
  }

  @Override
  public void lost(int partition) {
    OwnedPartition owned = ownedPartitions.remove(partition);
    if (owned != null) {
      owned.lost().set(true);
      owned.running().values().forEach(BatchThread::stop);
    }
  }

  /** Announces that a batch will read a file, before it is looked for. */
  public void reserve(String fileId, String batchId) {
    reserved.put(fileId, batchId);
  }

  /** Takes the announcement back; a batch that was begun meanwhile speaks for itself. */
  public void release(String fileId, String batchId) {
    reserved.remove(fileId, batchId);
  }

  /**
   * Begins a batch whose input file is judged first.
   *
   * @throws HomeLostException if its home is not this instance's; nothing was written
   * @throws IOException if the log failed
   */
  public Shown begin(BatchOrder order) throws IOException {
    OwnedPartition owned = owned(order.id());
    return begin(owned, Batch.created(order, owned.heardUpTo().get()));
  }

  /**
   * Begins a batch whose input is known to be in order.
   *
   * @param requests how many it has
   * @param model the one that all of them name; null where they name several
   * @throws HomeLostException if its home is not this instance's; nothing was written
   * @throws IOException if the log failed
   */
  public Shown begin(BatchOrder order, int requests, @Nullable String model) throws IOException {
    OwnedPartition owned = owned(order.id());
    return begin(owned, Batch.accepted(order, owned.heardUpTo().get(), requests, model));
  }

  /**
   * Begins a batch unless there is one of its id, which is returned then as it is.
   *
   * @throws HomeLostException if its home is not this instance's; nothing was written
   * @throws IOException if the log failed
   */
  public Shown beginOnce(BatchOrder order) throws IOException {
    OwnedPartition owned = owned(order.id());
    owned.repeated().lock();
    try {
      Optional<Shown> before = find(order.tenant(), order.id());
      return before.isPresent() ? before.get() : begin(order);
    } finally {
      owned.repeated().unlock();
    }
  }

  private OwnedPartition owned(String id) {
    int partition = homes.of(id);
    OwnedPartition owned = ownedPartitions.get(partition);
    if (owned == null) {
      throw new HomeLostException(partition);
    }
    return owned;
  }

  private Shown begin(OwnedPartition owned, Batch batch) throws IOException {
    BatchOrder order = batch.order();
    write(owned, new StateChange.Put(entry(batch)));
    BatchThread thread = thread(owned, batch);
    owned.running().put(order.id(), thread);
    thread.start();
    if (owned.lost().get()) {
      // It was lost meanwhile. The next owner has read it.
      thread.stop();
    }
    return new Shown(batch, Optional.empty());
  }

  private static StateEntry entry(Batch batch) {
    return new StateEntry(KIND, batch.order().id(), BatchCodec.encode(batch));
  }

  /** How many batches are in progress in the partitions of this instance. */
  public int running() {
    return ownedPartitions.values().stream().mapToInt(owned -> owned.running().size()).sum();
  }

  /** A tenant's batch; empty if there is none, or it is another tenant's. */
  public Optional<Shown> find(String tenant, String id) {
    OwnedPartition owned = ownedPartitions.get(homes.of(id));
    if (owned == null) {
      return Optional.empty();
    }
    // In this order: a batch that ends is among the finished before it leaves the running.
    BatchThread thread = owned.running().get(id);
    Optional<Shown> shown =
        thread != null
            ? Optional.of(thread.shown(clock.instant()))
            : Optional.ofNullable(owned.finished().get(id))
                .map(batch -> new Shown(batch, Optional.empty()));
    return shown.filter(each -> each.batch().order().tenant().equals(tenant));
  }

  /**
   * Asks to cancel a tenant's batch. Where that takes too long, it ends with the reason for which
   * the batch does not go on, or with a {@link java.util.concurrent.TimeoutException} if none is
   * known; the wish stays.
   *
   * @param most how long it may take
   * @return the batch once the wish lasts; a batch that has ended as it is; empty if there is none
   */
  public Optional<CompletableFuture<Batch>> cancel(String tenant, String id, Duration most) {
    Optional<Shown> found = find(tenant, id);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    OwnedPartition owned = ownedPartitions.get(homes.of(id));
    BatchThread thread = owned == null ? null : owned.running().get(id);
    // A batch that has ended may be among the running for a moment longer.
    boolean ended = thread == null || found.get().batch().status().isTerminal();
    return Optional.of(
        ended ? CompletableFuture.completedFuture(found.get().batch()) : thread.cancel(most));
  }

  /**
   * Forgets a tenant's batch that has ended. Its files are not touched.
   *
   * @return whether there was one
   * @throws HomeLostException if its home is not this instance's
   * @throws IOException if the log failed
   */
  public boolean forget(String tenant, String id) throws IOException, InterruptedException {
    OwnedPartition owned = owned(id);
    BatchThread ending = owned.running().get(id);
    if (ending != null && ending.shown(clock.instant()).batch().status().isTerminal()) {
      // It is moved to the finished ones in a moment.
      ending.awaitEnd(PATIENCE);
    }
    Batch batch = owned.finished().get(id);
    if (batch == null || !batch.order().tenant().equals(tenant)) {
      return false;
    }
    write(owned, new StateChange.Remove(KIND, id));
    owned.finished().remove(id);
    return true;
  }

  @Override
  public Optional<String> userOf(String fileId) {
    OwnedPartition owned = ownedPartitions.get(homes.of(fileId));
    Optional<String> user =
        owned == null
            ? Optional.empty()
            : owned.running().values().stream()
                .map(thread -> thread.shown(clock.instant()).batch())
                .filter(batch -> !batch.status().isTerminal())
                .map(Batch::order)
                .filter(order -> order.inputFile().equals(fileId))
                .map(BatchOrder::id)
                .findFirst();
    return user.or(() -> Optional.ofNullable(reserved.get(fileId)));
  }

  /** Forgets what ended long ago. Called from time to time by one thread. */
  public void sweep(Instant now) {
    for (OwnedPartition owned : ownedPartitions.values()) {
      for (Batch batch : owned.finished().values()) {
        Instant ended = batch.reachedAt(batch.status()).orElse(batch.order().createdAt());
        if (ended.plus(retention).isAfter(now)) {
          continue;
        }
        try {
          write(owned, new StateChange.Remove(KIND, batch.order().id()));
          owned.finished().remove(batch.order().id());
        } catch (HomeException moved) {
          break;
        } catch (IOException failed) {
          LOG.warn("Cannot forget batch {} yet: {}", batch.order().id(), failed.getMessage());
        }
      }
    }
  }

  private static void write(OwnedPartition owned, StateChange change) throws IOException {
    try {
      owned.writer().write(List.of(change)).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof HomeException moved) {
        throw moved;
      }
      throw new IOException("the log did not take the record of a batch", failed.getCause());
    }
  }

  @Override
  public void close() {
    List.copyOf(ownedPartitions.keySet()).forEach(this::lost);
  }
}
