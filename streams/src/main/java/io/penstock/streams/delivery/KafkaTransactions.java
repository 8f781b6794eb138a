package io.penstock.streams.delivery;

import io.penstock.schemas.DeadLetter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes transactions with one producer. If a topic did not answer, a producer with another
 * transactional id takes over: Kafka ends the aborted transaction on that topic only when the topic
 * is back, and gives the old id no other transaction before. The group's generation fences zombies,
 * not the id. An instance belongs to one thread.
 */
final class KafkaTransactions implements Transactions, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaTransactions.class);

  /** How long a commit may take, since its coordinator may be moving; see decision 11. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Supplier<Producer<byte[], byte[]>> producers;
  private final Supplier<ConsumerGroupMetadata> member;
  private final Function<DeadLetter, ProducerRecord<byte[], byte[]>> letters;
  private @Nullable Producer<byte[], byte[]> open;

  /**
   * @param producers opens one, each with a transactional id of its own
   * @param letters makes the record of a dead letter
   */
  KafkaTransactions(
      Supplier<Producer<byte[], byte[]>> producers,
      Supplier<ConsumerGroupMetadata> member,
      Function<DeadLetter, ProducerRecord<byte[], byte[]>> letters) {
    this.producers = producers;
    this.member = member;
    this.letters = letters;
  }

  private record SendError(@Nullable Copy copy, Exception error) {

    Optional<Trouble> trouble() {
      return SendErrors.trouble(copy == null ? "" : copy.topic(), error);
    }

    /**
     * Returns whether the topic itself is at fault. A time-out may follow from another topic's
     * error.
     */
    boolean certain() {
      return trouble().filter(each -> each != Trouble.UNAVAILABLE).isPresent();
    }
  }

  /** Records of one transaction that are on their way. The producer's thread calls back. */
  private static final class Sends {

    private final Queue<SendError> errors = new ConcurrentLinkedQueue<>();
    private final CountDownLatch open;

    Sends(int records) {
      open = new CountDownLatch(records);
    }

    void send(
        Producer<byte[], byte[]> producer,
        ProducerRecord<byte[], byte[]> record,
        @Nullable Copy copy) {
      var _ =
          producer.send(
              record,
              (metadata, error) -> {
                if (error != null) {
                  ended(new SendError(copy, error));
                }
                open.countDown();
              });
    }

    private void ended(SendError error) {
      errors.add(error);
      if (error.certain()) {
        while (open.getCount() > 1) {
          open.countDown();
        }
      }
    }

    /** Returns once all are written, or one has certainly failed, which ends the transaction. */
    void await() {
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new KafkaException("interrupted while results were copied", e);
      }
    }
  }

  @Override
  public List<Failed> write(
      List<Copy> copies, List<DeadLetter> dead, Map<TopicPartition, OffsetAndMetadata> positions) {
    List<ProducerRecord<byte[], byte[]>> burials = dead.stream().map(letters).toList();
    Producer<byte[], byte[]> producer = producer();
    Sends sends = new Sends(copies.size() + burials.size());
    try {
      producer.beginTransaction();
      burials.forEach(letter -> sends.send(producer, letter, null));
      copies.forEach(copy -> sends.send(producer, record(copy), copy));
      sends.await();
      if (sends.errors.isEmpty()) {
        producer.sendOffsetsToTransaction(positions, member.get());
        commit(producer);
        return List.of();
      }
    } catch (RuntimeException e) {
      if (sends.errors.isEmpty()) {
        drop();
        throw e;
      }
      LOG.debug("The transaction failed after errors of sends", e);
    }
    return failed(producer, List.copyOf(sends.errors));
  }

  private static ProducerRecord<byte[], byte[]> record(Copy copy) {
    return new ProducerRecord<>(
        copy.topic(), null, copy.source().key(), copy.value(), copy.source().headers());
  }

  private List<Failed> failed(Producer<byte[], byte[]> producer, List<SendError> errors) {
    boolean certain = errors.stream().anyMatch(SendError::certain);
    List<Failed> failed = new ArrayList<>();
    for (SendError each : errors) {
      if (each.trouble().isEmpty() || (certain && !each.certain())) {
        continue;
      }
      if (each.copy() == null) {
        drop();
        throw new KafkaException("dead letters cannot be written", each.error());
      }
      failed.add(new Failed(each.copy(), each.trouble().get()));
    }
    if (failed.isEmpty()) {
      drop();
      throw new KafkaException("results cannot be copied", errors.getFirst().error());
    }
    abort(producer);
    if (!certain) {
      drop();
    }
    return failed;
  }

  private void abort(Producer<byte[], byte[]> producer) {
    try {
      producer.abortTransaction();
    } catch (RuntimeException e) {
      LOG.debug("The transaction is left to its time-out", e);
      drop();
    }
  }

  private static void commit(Producer<byte[], byte[]> producer) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        producer.commitTransaction();
        return;
      } catch (TimeoutException e) {
        if (System.nanoTime() > until) {
          throw e;
        }
        LOG.debug("The commit is not confirmed yet", e);
      }
    }
  }

  private Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> known = open;
    if (known != null) {
      return known;
    }
    Producer<byte[], byte[]> made = producers.get();
    open = made;
    try {
      made.initTransactions();
    } catch (RuntimeException e) {
      drop();
      throw e;
    }
    return made;
  }

  private void drop() {
    Producer<byte[], byte[]> old = open;
    open = null;
    if (old != null) {
      old.close(Duration.ZERO);
    }
  }

  @Override
  public void close() {
    drop();
  }
}
