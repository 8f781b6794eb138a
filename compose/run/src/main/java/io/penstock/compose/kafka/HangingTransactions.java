package io.penstock.compose.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends transactions that nobody will end. When a process that is broker and producer in one is
 * killed with -9, its broker sometimes comes back with transactions open in some partitions of
 * which its coordinator knows nothing any more; readers of committed records, and stores being
 * restored, would wait behind them for ever. This does what {@code kafka-transactions.sh
 * --find-hanging} and {@code --abort} do, some times a second, for the first minute of a broker.
 */
public final class HangingTransactions implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HangingTransactions.class);
  private static final Duration WATCH = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Admin admin;
  private final Thread thread;

  private record Open(TopicPartition partition, long producerId, long startOffset) {}

  private HangingTransactions(Admin admin) {
    this.admin = admin;
    this.thread = Thread.ofVirtual().name("penstock-hanging-transactions").start(this::watch);
  }

  /**
   * Begins to watch.
   *
   * @param admin stays the caller's to close, after this
   */
  public static HangingTransactions watch(Admin admin) {
    return new HangingTransactions(admin);
  }

  private void watch() {
    long end = System.nanoTime() + WATCH.toNanos();
    try {
      while (System.nanoTime() < end) {
        try {
          sweep();
        } catch (ExecutionException | KafkaException e) {
          LOG.debug("Hanging transactions could not be looked for", e);
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends those that are open before and after their coordinator says that they are over. */
  void sweep() throws InterruptedException, ExecutionException {
    Map<Open, ProducerState> before = open();
    if (before.isEmpty()) {
      return;
    }
    Set<Long> going = new HashSet<>();
    for (TransactionListing listing : admin.listTransactions().all().get()) {
      if (isGoing(listing.state())) {
        going.add(listing.producerId());
      }
    }
    // One that goes on may have ended between the two looks; then it is not open at the third.
    Map<Open, ProducerState> after = open();
    after.keySet().retainAll(before.keySet());
    for (Map.Entry<Open, ProducerState> hanging : after.entrySet()) {
      if (!going.contains(hanging.getKey().producerId())) {
        abort(hanging.getKey().partition(), hanging.getValue());
      }
    }
  }

  private static boolean isGoing(TransactionState state) {
    return switch (state) {
      case ONGOING, PREPARE_COMMIT, PREPARE_ABORT, PREPARE_EPOCH_FENCE, UNKNOWN -> true;
      case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> false;
    };
  }

  private void abort(TopicPartition partition, ProducerState producer)
      throws InterruptedException, ExecutionException {
    LOG.warn(
        "Ending a transaction left open on {} by producer {} of an earlier run",
        partition,
        producer.producerId());
    admin
        .abortTransaction(
            new AbortTransactionSpec(
                partition,
                producer.producerId(),
                (short) producer.producerEpoch(),
                producer.coordinatorEpoch().orElse(0)))
        .all()
        .get();
  }

  private Map<Open, ProducerState> open() throws InterruptedException, ExecutionException {
    List<TopicPartition> partitions = new ArrayList<>();
    admin
        .describeTopics(admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get())
        .allTopicNames()
        .get()
        .values()
        .forEach(
            topic ->
                topic
                    .partitions()
                    .forEach(
                        partition ->
                            partitions.add(
                                new TopicPartition(topic.name(), partition.partition()))));
    Map<Open, ProducerState> open = new HashMap<>();
    admin
        .describeProducers(partitions)
        .all()
        .get()
        .forEach(
            (partition, state) ->
                state
                    .activeProducers()
                    .forEach(
                        producer ->
                            producer
                                .currentTransactionStartOffset()
                                .ifPresent(
                                    offset ->
                                        open.put(
                                            new Open(partition, producer.producerId(), offset),
                                            producer))));
    return open;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
