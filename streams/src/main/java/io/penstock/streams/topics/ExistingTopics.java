package io.penstock.streams.topics;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows which topics exist, a little late: a Streams job that writes to a topic that does not exist
 * is held up for a minute. Asks Kafka when a topic is not known, at most once a second, and forgets
 * all it knows every half minute. Bears many threads; an answer takes 2 seconds at most.
 */
public final class ExistingTopics implements Predicate<String> {

  private static final Logger LOG = LoggerFactory.getLogger(ExistingTopics.class);
  private static final long FRESH_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long ASK_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Admin admin;
  private volatile Known known = new Known(Set.of(), System.nanoTime() - FRESH_NANOS);

  private record Known(Set<String> topics, long askedAt) {}

  /**
   * @param admin stays the caller's to close
   */
  public ExistingTopics(Admin admin) {
    this.admin = admin;
  }

  @Override
  public boolean test(String topic) {
    Known current = known;
    long age = System.nanoTime() - current.askedAt();
    boolean there = current.topics().contains(topic);
    if (there ? age < FRESH_NANOS : age < ASK_AGAIN_NANOS) {
      return there;
    }
    return ask().contains(topic);
  }

  private synchronized Set<String> ask() {
    if (System.nanoTime() - known.askedAt() < ASK_AGAIN_NANOS) {
      return known.topics();
    }
    Set<String> topics = known.topics();
    try {
      topics = admin.listTopics().names().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Kafka did not list its topics; going on with what was known: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    known = new Known(topics, System.nanoTime());
    return topics;
  }
}
