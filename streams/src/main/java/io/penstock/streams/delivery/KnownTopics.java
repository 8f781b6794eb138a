package io.penstock.streams.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks Kafka about topics and remembers the answers for some seconds. An instance belongs to one
 * thread.
 */
final class KnownTopics implements Topics {

  /** A producer remembers a deleted topic as long, and may make brokers create it again. */
  static final Duration THERE_FOR = Duration.ofSeconds(10);

  private static final Duration OTHERWISE_FOR = Duration.ofSeconds(2);
  private static final Duration LOOKUP = Duration.ofSeconds(2);
  private static final int MOST = 10_000;

  private record Answer(Presence presence, Instant until) {}

  private final Function<Set<String>, Map<String, Presence>> ask;
  private final InstantSource clock;
  private final Map<String, Answer> answers =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
          return size() > MOST;
        }
      };

  KnownTopics(Function<Set<String>, Map<String, Presence>> ask, InstantSource clock) {
    this.ask = ask;
    this.clock = clock;
  }

  @Override
  public Map<String, Presence> look(Set<String> names) {
    Instant now = clock.instant();
    Map<String, Presence> known = new HashMap<>();
    Set<String> unknown = new HashSet<>();
    for (String name : names) {
      Answer answer = answers.get(name);
      if (answer != null && now.isBefore(answer.until())) {
        known.put(name, answer.presence());
      } else {
        unknown.add(name);
      }
    }
    if (!unknown.isEmpty()) {
      ask.apply(unknown)
          .forEach(
              (name, presence) -> {
                known.put(name, presence);
                Duration life = presence == Presence.THERE ? THERE_FOR : OTHERWISE_FOR;
                answers.put(name, new Answer(presence, clock.instant().plus(life)));
              });
    }
    return known;
  }

  @Override
  public void forget(String name) {
    answers.remove(name);
  }

  /** Describes topics, which creates none. All answers come within 2 s. */
  static Function<Set<String>, Map<String, Presence>> describing(Admin admin) {
    return names -> {
      Map<String, KafkaFuture<TopicDescription>> asked =
          admin.describeTopics(List.copyOf(names)).topicNameValues();
      long until = System.nanoTime() + LOOKUP.toNanos();
      Map<String, Presence> found = new HashMap<>();
      asked.forEach((name, future) -> found.put(name, presence(future, until)));
      return found;
    };
  }

  private static Presence presence(KafkaFuture<TopicDescription> future, long until) {
    try {
      future.get(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS);
      return Presence.THERE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Presence.UNKNOWN;
    } catch (java.util.concurrent.TimeoutException e) {
      return Presence.UNKNOWN;
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case UnknownTopicOrPartitionException missing -> Presence.MISSING;
        case InvalidTopicException illegal -> Presence.MISSING;
        case AuthorizationException hidden -> Presence.HIDDEN;
        case null, default -> Presence.UNKNOWN;
      };
    }
  }
}
