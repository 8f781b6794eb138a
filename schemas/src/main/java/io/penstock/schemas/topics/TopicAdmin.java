package io.penstock.schemas.topics;

import io.penstock.schemas.topics.TopicMismatchException.Mismatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates Penstock's topics and checks those that exist. */
public final class TopicAdmin {

  private static final Logger LOG = LoggerFactory.getLogger(TopicAdmin.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Admin admin;
  private final Duration timeout;

  TopicAdmin(Admin admin, Duration timeout) {
    this.admin = admin;
    this.timeout = timeout;
  }

  /**
   * Creates the topics that are missing, waits until all are visible, and checks their partition
   * counts. Several processes may do this at once. Settings of a topic that exists are left as its
   * operator has them; those that differ are logged.
   *
   * @return the names of the topics created by this call
   * @throws TopicMismatchException if a topic has another number of partitions than wanted
   * @throws KafkaException if Kafka refuses or does not answer within a minute
   */
  public static List<String> ensure(Admin admin, TopicSettings settings) {
    return new TopicAdmin(admin, TIMEOUT).ensure(new TopicCatalog(settings));
  }

  List<String> ensure(TopicCatalog catalog) {
    long until = System.nanoTime() + timeout.toNanos();
    Map<String, TopicSpec> wanted = new TreeMap<>();
    catalog.topics().forEach(topic -> wanted.put(topic.name(), topic));
    Map<String, TopicDescription> found = describe(wanted.keySet(), until);
    refuseMismatches(wanted, found);
    warnOfDifferences(wanted, found, until);
    List<TopicSpec> missing =
        wanted.values().stream().filter(topic -> !found.containsKey(topic.name())).toList();
    List<String> created = create(missing, until);
    awaitVisible(wanted, until);
    return created;
  }

  private List<String> create(List<TopicSpec> missing, long until) {
    List<NewTopic> topics =
        missing.stream()
            .map(
                topic ->
                    new NewTopic(topic.name(), topic.partitions(), topic.replicationFactor())
                        .configs(topic.configs()))
            .toList();
    CreateTopicsOptions options = new CreateTopicsOptions().timeoutMs((int) timeout.toMillis());
    List<String> created = new ArrayList<>();
    Set<String> denied = new TreeSet<>();
    admin
        .createTopics(topics, options)
        .values()
        .forEach(
            (name, future) -> {
              try {
                get(future, until);
                created.add(name);
              } catch (TopicExistsException lostTheRace) {
                LOG.debug("Topic {} was created by another process", name);
              } catch (TopicAuthorizationException refused) {
                denied.add(name);
              }
            });
    if (!denied.isEmpty()) {
      throw new TopicAuthorizationException(
          "Kafka does not permit this process to make the topics %s, which are missing; have somebody who may run 'penstock topics apply', or grant CREATE on them"
              .formatted(denied),
          denied);
    }
    if (!created.isEmpty()) {
      LOG.info("Created topics {}", created);
    }
    return created;
  }

  /** A new topic takes a moment to reach every broker's metadata. */
  private void awaitVisible(Map<String, TopicSpec> wanted, long until) {
    while (true) {
      Map<String, TopicDescription> found = describe(wanted.keySet(), until);
      refuseMismatches(wanted, found);
      if (found.size() == wanted.size()) {
        return;
      }
      if (System.nanoTime() >= until) {
        List<String> absent =
            wanted.keySet().stream().filter(name -> !found.containsKey(name)).toList();
        throw new TimeoutException(
            "Kafka does not show the topics %s %s after their creation; look at its log and start again"
                .formatted(absent, timeout));
      }
      pause();
    }
  }

  private Map<String, TopicDescription> describe(Iterable<String> names, long until) {
    List<String> list = new ArrayList<>();
    names.forEach(list::add);
    Map<String, TopicDescription> found = new HashMap<>();
    admin
        .describeTopics(list)
        .topicNameValues()
        .forEach(
            (name, future) -> {
              try {
                found.put(name, get(future, until));
              } catch (UnknownTopicOrPartitionException absent) {
                LOG.debug("Topic {} does not exist yet", name);
              }
            });
    return found;
  }

  private static void refuseMismatches(
      Map<String, TopicSpec> wanted, Map<String, TopicDescription> found) {
    List<Mismatch> mismatches =
        wanted.values().stream()
            .filter(topic -> found.containsKey(topic.name()))
            .map(
                topic ->
                    new Mismatch(
                        topic.name(),
                        found.get(topic.name()).partitions().size(),
                        topic.partitions()))
            .filter(mismatch -> mismatch.found() != mismatch.wanted())
            .toList();
    if (!mismatches.isEmpty()) {
      throw new TopicMismatchException(mismatches);
    }
  }

  private void warnOfDifferences(
      Map<String, TopicSpec> wanted, Map<String, TopicDescription> found, long until) {
    List<ConfigResource> existing =
        found.keySet().stream()
            .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
            .toList();
    if (existing.isEmpty()) {
      return;
    }
    get(admin.describeConfigs(existing).all(), until)
        .forEach((resource, config) -> warnOfDifferences(wanted.get(resource.name()), config));
  }

  private static void warnOfDifferences(TopicSpec topic, Config config) {
    topic
        .configs()
        .forEach(
            (key, value) -> {
              var entry = config.get(key);
              if (entry != null && !value.equals(entry.value())) {
                LOG.warn(
                    "Topic {} has {}={} but the settings say {}; Penstock does not change it",
                    topic.name(),
                    key,
                    entry.value(),
                    value);
              }
            });
  }

  private static <T> T get(KafkaFuture<T> future, long until) {
    try {
      return future.get(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof KafkaException cause) {
        throw cause;
      }
      throw new KafkaException("Kafka's admin client failed", failed.getCause());
    } catch (java.util.concurrent.TimeoutException late) {
      throw new TimeoutException("Kafka did not answer in time; is it reachable?", late);
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
  }
}
