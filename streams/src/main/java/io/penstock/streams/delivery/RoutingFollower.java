package io.penstock.streams.delivery;

import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.streams.runtime.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the routing topic whole and goes on reading it, for the tenants' policies. */
final class RoutingFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RoutingFollower.class);
  private static final Duration LOOKUP = Duration.ofSeconds(10);
  private static final Duration WHOLE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(100);

  private final Consumer<String, byte[]> consumer;
  private final Deserializer<RoutingEntry> entries;
  private final Snapshot<RoutingDocument, RoutingState> state = new Snapshot<>(RoutingState::of);

  /**
   * @param consumer in no group; becomes this follower's own
   */
  RoutingFollower(Consumer<String, byte[]> consumer, Deserializer<RoutingEntry> entries) {
    this.consumer = consumer;
    this.entries = entries;
  }

  /** Reads all that there is now. */
  void open(String topic) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic, LOOKUP).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LOOKUP);
    long until = System.nanoTime() + WHOLE.toNanos();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey(), LOOKUP) < end.getValue())) {
      if (System.nanoTime() > until) {
        throw new TimeoutException("the routing topic was not read to its end within " + WHOLE);
      }
      take(POLL);
    }
  }

  /** Takes what has come. */
  void follow() {
    take(Duration.ZERO);
  }

  RoutingState state() {
    return state.get();
  }

  private void take(Duration wait) {
    for (ConsumerRecord<String, byte[]> each : consumer.poll(wait)) {
      if (each.key() == null) {
        continue;
      }
      if (each.value() == null) {
        state.remove(each.key());
        continue;
      }
      try {
        state.put(each.key(), RoutingCodec.read(entries.deserialize(each.topic(), each.value())));
      } catch (IllegalArgumentException | MalformedRecordException | StackOverflowError e) {
        LOG.warn("Ignoring the routing entry {}: {}", each.key(), e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
  }
}
