package io.penstock.streams.delivery;

import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.reading.FollowedTopic;
import io.penstock.schemas.reading.TableReader;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.text.Printable;
import io.penstock.streams.runtime.Snapshot;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the routing topic whole and goes on reading it, for the tenants' policies. */
final class RoutingFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RoutingFollower.class);
  private static final Duration WHOLE = Duration.ofSeconds(60);

  private final Consumer<String, byte[]> consumer;
  private final TableReader table;
  private final Snapshot<RoutingDocument, RoutingState> state = new Snapshot<>(RoutingState::of);

  /**
   * @param consumer in no group; becomes this follower's own
   */
  RoutingFollower(
      String topic, Consumer<String, byte[]> consumer, Deserializer<RoutingEntry> entries) {
    this.consumer = consumer;
    this.table =
        new TableReader(
            List.of(new FollowedTopic<>(topic, entries, this::accept, RoutingFollower::ignore)));
  }

  /** Reads all that there is now. */
  void open() {
    List<TopicPartition> partitions = table.partitions(consumer);
    consumer.assign(partitions);
    table.rewind(consumer, partitions);
    table.readToEnd(consumer, partitions, WHOLE);
  }

  /** Takes what has come. */
  void follow() {
    table.turn(consumer, Duration.ZERO);
  }

  RoutingState state() {
    return state.get();
  }

  private void accept(String key, @Nullable RoutingEntry entry) {
    if (entry == null) {
      state.remove(key);
    } else {
      state.put(key, RoutingCodec.read(key, entry));
    }
  }

  private static void ignore(String key, String why) {
    LOG.warn("Ignoring the routing entry {}: {}", Printable.of(key), Printable.of(why));
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
  }
}
