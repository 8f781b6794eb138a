package io.penstock.broker.ownership;

import io.penstock.schemas.reading.ConsumerLoop;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Takes part in the group that shares out the partitions of results. It reads nothing: the group
 * only says who owns what.
 */
final class Membership implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  /** A member hears with a heartbeat that another one has come or gone. */
  private static final int MOST_BETWEEN_HEARTBEATS = 500;

  private final String topic;
  private final Consumer<Set<Integer>> owned;
  private final ConsumerLoop<String> loop;

  /**
   * @param address where other instances reach this one
   * @param owned receives the partitions that this instance owns, whenever they change
   */
  Membership(HomeTopics homes, URI address, Duration sessionTimeout, Consumer<Set<Integer>> owned) {
    this.topic = homes.topics().names().results();
    this.owned = owned;
    int session = (int) sessionTimeout.toMillis();
    Map<String, Object> settings =
        homes
            .connection()
            .with(
                Map.of(
                    "client.id",
                    MemberAddress.clientId(address),
                    "group.id",
                    homes.group(),
                    "session.timeout.ms",
                    session,
                    "heartbeat.interval.ms",
                    Math.min(MOST_BETWEEN_HEARTBEATS, session / 4),
                    "partition.assignment.strategy",
                    CooperativeStickyAssignor.class.getName(),
                    "auto.offset.reset",
                    "latest",
                    "enable.auto.commit",
                    false,
                    "allow.auto.create.topics",
                    false));
    this.loop =
        new ConsumerLoop<>(
            "penstock-front-membership",
            () ->
                new KafkaConsumer<>(
                    settings, new StringDeserializer(), new ByteArrayDeserializer()),
            new Member(),
            () -> {});
  }

  void start() {
    loop.start();
  }

  boolean healthy() {
    return loop.healthy();
  }

  boolean hasDied() {
    return loop.hasDied();
  }

  /** Leaves the group, so that others take over at once. */
  @Override
  public void close() {
    loop.close();
  }

  private final class Member implements ConsumerLoop.Reader<String> {

    @Override
    public void open(org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer) {
      owned.accept(Set.of());
      consumer.subscribe(List.of(topic), new Listener(consumer));
    }

    @Override
    public void turn(org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer) {
      var _ = consumer.poll(POLL);
    }

    @Override
    public void failed(Throwable failure) {
      owned.accept(Set.of());
    }
  }

  private final class Listener implements ConsumerRebalanceListener {

    private final org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer;
    private final Set<Integer> mine = new HashSet<>();

    Listener(org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      consumer.pause(partitions);
      partitions.forEach(each -> mine.add(each.partition()));
      owned.accept(Set.copyOf(mine));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      partitions.forEach(each -> mine.remove(each.partition()));
      owned.accept(Set.copyOf(mine));
    }
  }
}
