package io.penstock.broker.ownership;

import io.penstock.broker.home.HomeException;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.home.StateWriter;
import io.penstock.broker.home.UnknownWriteException;
import io.penstock.schemas.FrontEntry;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes in transactions under the transactional id of the partition. What is asked for while one
 * runs goes into the next one together. After any failure it writes nothing more: whether the
 * partition is still this instance's own is for the group to say.
 */
final class KafkaStateWriter implements StateWriter, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaStateWriter.class);

  /** Kafka takes no record of more than 1 MiB by default; some is left for what lies around it. */
  static final int MOST_BYTES = 1_000_000;

  private static final int MOST_COMMITS = 3;

  private record Asked(List<StateChange> changes, CompletableFuture<Void> written) {}

  private final TopicPartition partition;
  private final Producer<String, @Nullable FrontEntry> producer;
  private final InstantSource clock;
  private final Runnable failed;
  private final Deque<Asked> waiting = new ArrayDeque<>();
  private boolean writing;

  /** How often the present transaction was asked to commit. For the writing thread alone. */
  private int commits;

  private @Nullable Throwable end;
  private volatile long epoch;

  /**
   * @param producer that has fenced off its predecessors; closed with this
   * @param failed runs once, when nothing can be written any more
   */
  KafkaStateWriter(
      TopicPartition partition,
      Producer<String, @Nullable FrontEntry> producer,
      InstantSource clock,
      Runnable failed) {
    this.partition = partition;
    this.producer = producer;
    this.clock = clock;
    this.failed = failed;
  }

  @Override
  public int partition() {
    return partition.partition();
  }

  @Override
  public long epoch() {
    return epoch;
  }

  /** Before anybody uses it. */
  void begin(long newEpoch) {
    epoch = newEpoch;
  }

  @Override
  public CompletableFuture<Void> write(List<StateChange> changes) {
    Optional<StateEntry> tooLarge = tooLarge(changes);
    if (tooLarge.isPresent()) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "the entry %s has %d bytes; at most %d can be written"
                  .formatted(tooLarge.get().key(), tooLarge.get().document().length, MOST_BYTES)));
    }
    Asked asked = new Asked(List.copyOf(changes), new CompletableFuture<>());
    synchronized (this) {
      if (end != null) {
        return CompletableFuture.failedFuture(lost(end));
      }
      waiting.add(asked);
      if (!writing) {
        writing = true;
        Thread.ofVirtual().name("penstock-front-write").start(this::writeAll);
      }
    }
    return asked.written;
  }

  /** Kafka would refuse it, and with it all that the transaction holds. */
  private static Optional<StateEntry> tooLarge(List<StateChange> changes) {
    return changes.stream()
        .<StateEntry>mapMulti(
            (change, into) -> {
              if (change instanceof StateChange.Put(StateEntry entry)
                  && entry.document().length > MOST_BYTES) {
                into.accept(entry);
              }
            })
        .findFirst();
  }

  private void writeAll() {
    List<Asked> next = next();
    while (!next.isEmpty()) {
      try {
        commit(next);
      } catch (RuntimeException | Error cannot) {
        // Nobody who waits for a write is left waiting, and the partition is taken over anew.
        fail(next, cannot);
        return;
      }
      next.forEach(each -> each.written.complete(null));
      next = next();
    }
  }

  private synchronized List<Asked> next() {
    List<Asked> all = end == null ? new ArrayList<>(waiting) : List.of();
    waiting.clear();
    writing = !all.isEmpty();
    return all;
  }

  private void commit(List<Asked> asked) {
    commits = 0;
    producer.beginTransaction();
    for (Asked each : asked) {
      for (StateChange change : each.changes) {
        var _ =
            producer.send(
                new ProducerRecord<>(
                    partition.topic(), partition.partition(), change.key(), value(change)));
      }
    }
    commitTransaction();
  }

  /** When Kafka is late it may have taken the transaction, and says so when asked again. */
  private void commitTransaction() {
    while (true) {
      commits++;
      try {
        producer.commitTransaction();
        return;
      } catch (TimeoutException late) {
        if (commits == MOST_COMMITS) {
          throw late;
        }
      }
    }
  }

  private @Nullable FrontEntry value(StateChange change) {
    return switch (change) {
      case StateChange.Put(StateEntry entry) ->
          FrontEntry.newBuilder()
              .setKind(entry.kind())
              .setId(entry.id())
              .setDocument(ByteBuffer.wrap(entry.document()))
              .setWrittenAt(clock.instant())
              .build();
      case StateChange.Remove _ -> null;
    };
  }

  private void fail(List<Asked> asked, Throwable cause) {
    LOG.warn("{} can be written by this instance no longer: {}", partition, cause.toString());
    boolean aborted = abort();
    boolean nothingWritten = aborted || commits == 0 || (commits == 1 && isFenced(cause));
    List<Asked> after;
    synchronized (this) {
      end = cause;
      after = new ArrayList<>(waiting);
      waiting.clear();
      writing = false;
    }
    HomeException outcome =
        nothingWritten ? lost(cause) : new UnknownWriteException(partition(), cause);
    failed.run();
    asked.forEach(each -> each.written.completeExceptionally(outcome));
    after.forEach(each -> each.written.completeExceptionally(lost(cause)));
  }

  private static boolean isFenced(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof ProducerFencedException
          || each instanceof InvalidProducerEpochException) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether nothing of the transaction lasts, for certain. */
  private boolean abort() {
    try {
      producer.abortTransaction();
      return true;
    } catch (KafkaException | IllegalStateException alsoFailed) {
      LOG.debug("The transaction could not be aborted", alsoFailed);
      return false;
    }
  }

  private HomeLostException lost(Throwable cause) {
    return new HomeLostException(partition(), cause);
  }

  @Override
  public void close() {
    List<Asked> left;
    synchronized (this) {
      if (end == null) {
        end = new IllegalStateException("the writer is closed");
      }
      left = new ArrayList<>(waiting);
      waiting.clear();
    }
    HomeLostException gone = new HomeLostException(partition());
    left.forEach(each -> each.written.completeExceptionally(gone));
    producer.close(java.time.Duration.ofSeconds(2));
  }
}
