package io.penstock.streams.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
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

  /** Less than a thread may take between two polls, and more than Kafka takes for new leaders. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(PatientProducer.class);

  PatientProducer(Map<String, Object> config) {
    super(config, new ByteArraySerializer(), new ByteArraySerializer());
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
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    insist(() -> super.sendOffsetsToTransaction(offsets, group), System::nanoTime);
  }

  @Override
  public void commitTransaction() {
    insist(() -> fencedIfAborted(super::commitTransaction), System::nanoTime);
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
