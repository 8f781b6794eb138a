package io.penstock.streams.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A producer that waits out the loss of a broker at the end of a transaction. Until the controller
 * notices it and elects other leaders, after 9 s by default, nothing is written with acks=all.
 * {@code max.block.ms}, which is short so that a topic that is gone holds up nobody, bounds that
 * wait too. After it a commit may only be tried again; Kafka Streams sends or aborts instead, which
 * the producer refuses, and the thread dies.
 */
final class PatientProducer extends KafkaProducer<byte[], byte[]> {

  /**
   * This is less than a thread may take between two polls, and more than Kafka takes for new
   * leaders.
   */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(PatientProducer.class);

  /** Looking at each acknowledgement would cost more than it tells. */
  private static final long CLOCK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Consumer<Set<TopicPartition>> committed;
  private final LongConsumer appended;
  private long clockedAt = System.nanoTime() - CLOCK_NANOS;
  private Set<TopicPartition> inTransaction = Set.of();

  /**
   * @param committed told the source partitions of each transaction that was committed
   * @param appended told, now and then, when a broker stamped a record that it just acknowledged
   */
  PatientProducer(
      Map<String, Object> config, Consumer<Set<TopicPartition>> committed, LongConsumer appended) {
    super(config, new ByteArraySerializer(), new ByteArraySerializer());
    this.committed = committed;
    this.appended = appended;
  }

  /**
   * Takes a step again while it times out.
   *
   * @param step one that Kafka allows to be repeated after a time-out
   * @throws TimeoutException if it still does after {@link #PATIENCE}
   */
  static void insist(Runnable step, LongSupplier nanoTime) {
    long begin = nanoTime.getAsLong();
    while (true) {
      try {
        step.run();
        return;
      } catch (TimeoutException e) {
        if (nanoTime.getAsLong() - begin >= PATIENCE.toNanos()) {
          throw e;
        }
        LOG.warn("A transaction waits for Kafka: {}", e.getMessage());
      }
    }
  }

  @Override
  public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
    long now = System.nanoTime();
    if (now - clockedAt < CLOCK_NANOS) {
      return super.send(record, callback);
    }
    clockedAt = now;
    return super.send(
        record,
        (metadata, failure) -> {
          // A topic that keeps the writer's time, such as a foreign one, tells nothing.
          if (failure == null && !Objects.equals(record.timestamp(), metadata.timestamp())) {
            appended.accept(metadata.timestamp());
          }
          if (callback != null) {
            callback.onCompletion(metadata, failure);
          }
        });
  }

  @Override
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    insist(() -> super.sendOffsetsToTransaction(offsets, group), System::nanoTime);
    inTransaction = Set.copyOf(offsets.keySet());
  }

  @Override
  public void commitTransaction() {
    insist(() -> fencedIfAborted(super::commitTransaction), System::nanoTime);
    committed.accept(inTransaction);
    inTransaction = Set.of();
  }

  /**
   * While the producer waited, the transaction may have timed out. Kafka then says that there is
   * none to be committed, an error that kills a stream thread; as one that was fenced, the thread
   * opens a new producer and goes on.
   */
  static void fencedIfAborted(Runnable commit) {
    try {
      commit.run();
    } catch (InvalidTxnStateException e) {
      InvalidProducerEpochException fenced =
          new InvalidProducerEpochException("the transaction was aborted before its commit");
      fenced.initCause(e);
      throw fenced;
    }
  }

  @Override
  public void abortTransaction() {
    insist(super::abortTransaction, System::nanoTime);
  }
}
