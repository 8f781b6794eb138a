package io.penstock.broker.ownership;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which instance owns which partition, as the group says. What was heard is used for a moment, so
 * that Kafka is not asked for each call. Safe for use by many threads.
 */
public final class Owners {

  private static final Logger LOG = LoggerFactory.getLogger(Owners.class);
  private static final Duration FRESH = Duration.ofMillis(500);
  private static final Duration COUNTED = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private record Heard(Map<Integer, URI> byPartition, int members, long at) {}

  private final Admin admin;
  private final HomeTopics homes;
  private final AtomicBoolean counting = new AtomicBoolean();
  private volatile Heard heard = new Heard(Map.of(), 1, System.nanoTime() - COUNTED.toNanos());

  public Owners(Admin admin, HomeTopics homes) {
    this.admin = admin;
    this.homes = homes;
  }

  /** Where the owner of a partition is reached; empty if there is none at the moment. */
  public Optional<URI> of(int partition) {
    if (isOlder(FRESH)) {
      ask();
    }
    return Optional.ofNullable(heard.byPartition.get(partition));
  }

  /** How many instances own something, 1 or more; it may be some seconds old. */
  public int instances() {
    if (isOlder(COUNTED) && counting.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  ask();
                } finally {
                  counting.set(false);
                }
              });
    }
    return Math.max(1, heard.members);
  }

  /** What was heard is wrong: the owner could not be reached. */
  public void forget() {
    heard = new Heard(Map.of(), heard.members, System.nanoTime() - COUNTED.toNanos());
  }

  private boolean isOlder(Duration age) {
    return System.nanoTime() - heard.at >= age.toNanos();
  }

  private synchronized void ask() {
    if (!isOlder(FRESH)) {
      return;
    }
    try {
      ConsumerGroupDescription group =
          admin
              .describeConsumerGroups(java.util.List.of(homes.group()))
              .describedGroups()
              .get(homes.group())
              .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      heard = read(group);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException failed) {
      LOG.warn("Cannot hear which instance owns what: {}", failed.toString());
    }
  }

  private Heard read(ConsumerGroupDescription group) {
    Map<Integer, URI> byPartition = new HashMap<>();
    int members = 0;
    for (MemberDescription member : group.members()) {
      Optional<URI> address = MemberAddress.of(member.clientId());
      if (address.isEmpty()) {
        continue;
      }
      members += member.assignment().topicPartitions().isEmpty() ? 0 : 1;
      for (TopicPartition each : member.assignment().topicPartitions()) {
        byPartition.put(each.partition(), address.get());
      }
    }
    return new Heard(Map.copyOf(byPartition), members, System.nanoTime());
  }
}
