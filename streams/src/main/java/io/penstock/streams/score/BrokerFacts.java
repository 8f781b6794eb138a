package io.penstock.streams.score;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.topics.TopicNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limits of the cluster, which are asked for once at start.
 *
 * @param limits the largest values of the topics written to
 * @param minSessionTimeout the shortest session of a consumer group
 */
record BrokerFacts(RecordLimits limits, Duration minSessionTimeout) {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerFacts.class);
  private static final long LOOKUP_SECONDS = 15;

  /** Kafka's default, and so a safe guess where the broker does not say. */
  private static final Duration USUAL_MIN_SESSION = Duration.ofSeconds(6);

  private static final String MAX_MESSAGE = "max.message.bytes";
  private static final String MIN_SESSION = "group.min.session.timeout.ms";

  /**
   * @throws IllegalStateException if a topic is missing or Kafka does not answer: nothing could run
   */
  static BrokerFacts ask(Admin admin, TopicNames topics) {
    List<ConfigResource> work = new ArrayList<>();
    for (ServiceClass serviceClass : ServiceClass.values()) {
      work.add(topic(topics.work(serviceClass)));
    }
    ConfigResource dead = topic(topics.deadLetters());
    List<ConfigResource> all = new ArrayList<>(work);
    all.add(dead);
    try {
      Map<ConfigResource, Config> found =
          admin.describeConfigs(all).all().get(LOOKUP_SECONDS, TimeUnit.SECONDS);
      int least =
          work.stream()
              .mapToInt(topic -> number(found.get(topic), MAX_MESSAGE))
              .min()
              .orElseThrow();
      RecordLimits limits = RecordLimits.ofMessages(least, number(found.get(dead), MAX_MESSAGE));
      return new BrokerFacts(limits, minSession(admin));
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "Kafka did not describe the topics %s; check the address and create the topics first"
              .formatted(all.stream().map(ConfigResource::name).toList()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while asking Kafka for its limits", e);
    }
  }

  private static Duration minSession(Admin admin) throws InterruptedException {
    try {
      Node node =
          admin.describeCluster().nodes().get(LOOKUP_SECONDS, TimeUnit.SECONDS).iterator().next();
      ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
      Config config =
          admin
              .describeConfigs(List.of(broker))
              .all()
              .get(LOOKUP_SECONDS, TimeUnit.SECONDS)
              .get(broker);
      return Duration.ofMillis(number(config, MIN_SESSION));
    } catch (ExecutionException | TimeoutException | IllegalStateException e) {
      LOG.warn(
          "Kafka does not say its shortest session, so scoring takes {}: {}. Grant DESCRIBE_CONFIGS"
              + " on the cluster if the brokers permit shorter ones",
          USUAL_MIN_SESSION,
          e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
      return USUAL_MIN_SESSION;
    }
  }

  private static int number(Config config, String name) {
    ConfigEntry entry = config.get(name);
    if (entry == null || entry.value() == null) {
      throw new IllegalStateException("Kafka does not say its " + name);
    }
    return Integer.parseInt(entry.value());
  }

  private static ConfigResource topic(String name) {
    return new ConfigResource(ConfigResource.Type.TOPIC, name);
  }
}
