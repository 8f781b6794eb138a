package io.penstock.schemas.client;

import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.deadlines.LatestResult;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link PenstockClient}.
 *
 * @param connection where Kafka and the registry are
 * @param topics the topics' layout, as the Penstock was started with
 * @param tenant whom requests are counted for that name no tenant of their own
 * @param replyTopic a topic of this client's own to which its results are copied; it must exist, be
 *     one that the tenant may name and take records as large as its results, or a result is found
 *     on the results topic only. Null: the shared results topic, of which every client reads all,
 *     and where results are some milliseconds earlier
 * @param maxInFlight requests submitted and not yet answered, 1 or more
 * @param maxWait how long {@code submit} blocks while maxInFlight are in flight; zero: not at all
 * @param defaultTimeout how long a result is awaited where the request has no deadline
 * @param grace how long after its deadline a result is still awaited: more than {@link
 *     LatestResult#DECIDED_WITHIN}, so that a result that says EXPIRED comes first
 */
public record PenstockClientConfig(
    ClusterConnection connection,
    TopicSettings topics,
    String tenant,
    @Nullable String replyTopic,
    int maxInFlight,
    Duration maxWait,
    Duration defaultTimeout,
    Duration grace) {

  public PenstockClientConfig {
    if (tenant.isBlank()) {
      throw new IllegalArgumentException("tenant is empty; give a name such as 'default'");
    }
    if (replyTopic != null && replyTopic.isBlank()) {
      throw new IllegalArgumentException("replyTopic is empty; name a topic, or null");
    }
    if (maxInFlight < 1) {
      throw new IllegalArgumentException(
          "maxInFlight is %d; it must be at least 1".formatted(maxInFlight));
    }
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("maxWait is %s; give zero or more".formatted(maxWait));
    }
    if (!defaultTimeout.isPositive()) {
      throw new IllegalArgumentException(
          "defaultTimeout is %s; it must be positive".formatted(defaultTimeout));
    }
    LatestResult.requireAwaited(grace);
  }

  /** 1000 in flight, blocking a minute for room; an hour for a result, a minute of grace. */
  public static PenstockClientConfig of(ClusterConnection connection, TopicSettings topics) {
    return new PenstockClientConfig(
        connection,
        topics,
        "default",
        null,
        1000,
        Duration.ofMinutes(1),
        Duration.ofHours(1),
        LatestResult.CLIENT_GRACE);
  }

  public PenstockClientConfig withTenant(String newTenant) {
    return new PenstockClientConfig(
        connection, topics, newTenant, replyTopic, maxInFlight, maxWait, defaultTimeout, grace);
  }

  public PenstockClientConfig withReplyTopic(@Nullable String newReplyTopic) {
    return new PenstockClientConfig(
        connection, topics, tenant, newReplyTopic, maxInFlight, maxWait, defaultTimeout, grace);
  }

  /** The back-pressure: how many in flight, and how long to block for room. */
  public PenstockClientConfig withInFlight(int newMaxInFlight, Duration newMaxWait) {
    return new PenstockClientConfig(
        connection, topics, tenant, replyTopic, newMaxInFlight, newMaxWait, defaultTimeout, grace);
  }

  public PenstockClientConfig withTimeouts(Duration newDefaultTimeout, Duration newGrace) {
    return new PenstockClientConfig(
        connection, topics, tenant, replyTopic, maxInFlight, maxWait, newDefaultTimeout, newGrace);
  }

  /** The topic that results come to. */
  public String resultTopic() {
    return replyTopic == null ? topics.names().results() : replyTopic;
  }
}
