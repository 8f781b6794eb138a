package io.penstock.broker.ownership;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
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
  private static final DescribeConsumerGroupsOptions OPTIONS =
      new DescribeConsumerGroupsOptions().timeoutMs((int) PATIENCE.toMillis());

  private record Heard(Map<Integer, URI> byPartition, int members, long at) {}

  private final Supplier<CompletableFuture<ConsumerGroupDescription>> group;
  private final LongSupplier nanos;
  private final AtomicBoolean counting = new AtomicBoolean();
  private CompletableFuture<Heard> asked;
  private volatile long failedAt;
  private volatile Heard heard;

  public Owners(Admin admin, HomeTopics homes) {
    this(
        () ->
            admin
                .describeConsumerGroups(List.of(homes.group()), OPTIONS)
                .describedGroups()
                .get(homes.group())
                .toCompletionStage()
                .toCompletableFuture(),
        System::nanoTime);
  }

  /**
   * @param group asks Kafka who is a member of the group
   * @param nanos a clock
   */
  Owners(Supplier<CompletableFuture<ConsumerGroupDescription>> group, LongSupplier nanos) {
    this.group = group;
    this.nanos = nanos;
    this.failedAt = longAgo();
    this.heard = new Heard(Map.of(), 1, longAgo());
    this.asked = CompletableFuture.completedFuture(heard);
  }

  private long longAgo() {
    return nanos.getAsLong() - COUNTED.toNanos();
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
    heard = new Heard(Map.of(), heard.members, longAgo());
  }

  private boolean isOlder(Duration age) {
    return nanos.getAsLong() - heard.at >= age.toNanos();
  }

  /**
   * Asks Kafka, together with everybody who asks at the same time. After a failure the next ones
   * make do with what was heard before, for a moment: they would wait in vain one after the other.
   */
  private void ask() {
    CompletableFuture<Heard> question;
    synchronized (this) {
      if (!isOlder(FRESH) || nanos.getAsLong() - failedAt < FRESH.toNanos()) {
        return;
      }
      if (asked.isDone()) {
        asked = group.get().thenApply(this::read).whenComplete(this::note);
      }
      question = asked;
    }
    try {
      question.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException failed) {
      failedAt = nanos.getAsLong();
      LOG.warn("Cannot hear which instance owns what: {}", failed.toString());
    }
  }

  /** Comes before the question counts as answered, so that nobody asks again in between. */
  private void note(@Nullable Heard answer, @Nullable Throwable failure) {
    if (answer != null) {
      heard = answer;
    }
    if (failure != null) {
      failedAt = nanos.getAsLong();
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
    return new Heard(Map.copyOf(byPartition), members, nanos.getAsLong());
  }
}
