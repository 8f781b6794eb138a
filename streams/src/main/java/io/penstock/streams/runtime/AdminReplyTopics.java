package io.penstock.streams.runtime;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks Kafka, and remembers the answer for some seconds. Safe for use by many threads. */
public final class AdminReplyTopics implements ReplyTopics {

  private static final Logger LOG = LoggerFactory.getLogger(AdminReplyTopics.class);
  private static final int MAX_REMEMBERED = 10_000;

  /** A missing topic may be created any moment. */
  private static final Duration MISSING_FOR = Duration.ofSeconds(2);

  private static final Duration FAILED_FOR = Duration.ofMinutes(10);
  private static final long LOOKUP_SECONDS = 2;

  private record Answer(boolean usable, Instant until) {}

  private final Predicate<String> exists;
  private final Duration ttl;
  private final InstantSource clock;
  private final Map<String, Answer> answers =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /**
   * @param exists asks Kafka; throws RetriableException if it does not answer
   * @param ttl how long a topic is taken to exist
   */
  public AdminReplyTopics(Predicate<String> exists, Duration ttl, InstantSource clock) {
    this.exists = exists;
    this.ttl = ttl;
    this.clock = clock;
  }

  @Override
  public synchronized boolean usable(String topic) {
    Instant now = clock.instant();
    Answer known = answers.get(topic);
    if (known != null && now.isBefore(known.until())) {
      return known.usable();
    }
    boolean usable;
    try {
      usable = exists.test(topic);
    } catch (RetriableException e) {
      // Kafka is in trouble; a topic that existed a moment ago is more likely to be there than not.
      if (known != null && known.usable()) {
        return true;
      }
      throw e;
    }
    answers.put(topic, new Answer(usable, now.plus(usable ? ttl : MISSING_FOR)));
    return usable;
  }

  @Override
  public synchronized void failed(String topic) {
    LOG.warn("Reply topic {} refused a result; not used for {}", topic, FAILED_FOR);
    answers.put(topic, new Answer(false, clock.instant().plus(FAILED_FOR)));
  }

  /** Whether a topic exists and may be seen by us. */
  public static Predicate<String> lookup(Admin admin) {
    return topic -> {
      try {
        admin.describeTopics(List.of(topic)).allTopicNames().get(LOOKUP_SECONDS, TimeUnit.SECONDS);
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TimeoutException("Interrupted while looking up topic " + topic, e);
      } catch (java.util.concurrent.TimeoutException e) {
        throw new TimeoutException("Kafka did not describe topic " + topic + " in time", e);
      } catch (ExecutionException e) {
        return switch (e.getCause()) {
          case UnknownTopicOrPartitionException missing -> false;
          case InvalidTopicException illegal -> false;
          case AuthorizationException hidden -> false;
          case null, default ->
              throw new TimeoutException("Kafka could not describe topic " + topic, e);
        };
      }
    };
  }
}
