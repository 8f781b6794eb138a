package io.penstock.compose.config;

import io.penstock.schemas.topics.TopicSettings;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Two parts must agree on a value, so one key says it for both.
 *
 * @param source the key or section that says it
 * @param value what follows from the source's value
 */
record Agreement(String source, UnaryOperator<Object> value) {

  /** By the path of what has no key of its own. */
  static final Map<String, Agreement> ALL =
      Map.of(
          // A worker that believed in its leases for longer than dispatch would serve requests
          // twice.
          "worker.timing.leaseTimeout", same("dispatch.shard.leaseTimeout"),
          // Score takes what delivery copies.
          "delivery.replyTopics", same("score.replyTopics"),
          // Pressure is measured against what score promises.
          "control.levels", same("score.levels"),
          // Dispatch remembers ids for longer than any topic keeps their requests.
          "dispatch.shard.finishedRetention",
              new Agreement("topics", topics -> ((TopicSettings) topics).idRetention()),
          "dispatch.shard.longestDeadline",
              new Agreement("topics", topics -> ((TopicSettings) topics).maxDeadline()));

  private static Agreement same(String source) {
    return new Agreement(source, UnaryOperator.identity());
  }
}
