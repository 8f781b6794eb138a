package io.penstock.compose.bench.faults.load;

import io.penstock.compose.bench.faults.judge.Ledger;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.reading.Partitions;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes into the ledger what stands on the topics: requests, leases, outcomes and results,
 * committed records only, all from when it is made. Reads on a thread of its own.
 */
public final class LedgerTap implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LedgerTap.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final Ledger ledger;
  private final LongSupplier clock;
  private final Consumer<String, byte[]> consumer;
  private final Map<String, Take> takes = new HashMap<>();
  private final Thread thread;
  private volatile boolean closed;

  /** Takes a record of one topic. */
  @FunctionalInterface
  private interface Take {
    void take(ConsumerRecord<String, byte[]> taken, long at);
  }

  /**
   * Begins to read. What is written once this returns is read.
   *
   * @param clock milliseconds since the begin of the load
   */
  public LedgerTap(
      ClusterConnection connection, TopicNames names, Ledger ledger, LongSupplier clock) {
    this.ledger = ledger;
    this.clock = clock;
    AvroSerdes serdes = new AvroSerdes(connection);
    for (ServiceClass each : ServiceClass.values()) {
      on(
          names.requests(each),
          serdes.deserializer(InferenceRequest.class),
          (request, at) -> ledger.written(request.getId(), each, at));
    }
    on(names.results(), serdes.deserializer(InferenceResult.class), this::result);
    on(names.leases(), serdes.deserializer(Lease.class), this::lease);
    on(names.outcomes(), serdes.deserializer(AttemptOutcome.class), this::outcome);
    consumer = CommittedReads.consumer(connection, new StringDeserializer(), Map.of());
    List<TopicPartition> partitions = Partitions.of(consumer, takes.keySet());
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    // Only this fixes where it begins.
    partitions.forEach(consumer::position);
    thread = Thread.ofPlatform().daemon().name("ledger").start(this::read);
  }

  /** Takes a record that was understood. */
  @FunctionalInterface
  private interface Understood<T> {
    void take(T value, long at);
  }

  private <T extends SpecificRecord> void on(
      String topic, Deserializer<T> values, Understood<T> action) {
    takes.put(topic, (taken, at) -> action.take(values.deserialize(topic, taken.value()), at));
  }

  private void result(InferenceResult result, long at) {
    if (result.getRepetition().isEmpty()) {
      ledger.result(result.getId(), result.getStatus().name(), at);
    }
  }

  private void lease(Lease lease, long at) {
    if (lease.getAction() == LeaseAction.GRANT) {
      ledger.granted(lease.getRequestId(), lease.getAttempt(), lease.getWorkerId(), at);
    }
  }

  private void outcome(AttemptOutcome outcome, long at) {
    ledger.ended(
        outcome.getRequestId(),
        outcome.getAttempt(),
        outcome.getKind() == OutcomeKind.RELEASED,
        at);
  }

  private void read() {
    while (!closed) {
      try {
        var polled = consumer.poll(POLL);
        for (TopicPartition each : polled.partitions()) {
          take(each, polled.records(each));
        }
      } catch (WakeupException e) {
        return;
      } catch (KafkaException e) {
        LOG.warn("reading what became of the requests goes on after: {}", e.toString());
        pause();
      }
    }
  }

  /** A record that the registry, being down, does not explain is read again later. */
  private void take(TopicPartition partition, List<ConsumerRecord<String, byte[]>> records) {
    for (ConsumerRecord<String, byte[]> each : records) {
      try {
        takes.get(partition.topic()).take(each, clock.getAsLong());
      } catch (KafkaException e) {
        consumer.seek(partition, each.offset());
        pause();
        return;
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      boolean _ = thread.join(STOP);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    consumer.close();
  }
}
