package io.penstock.streams.score.identity;

import io.penstock.schemas.InferenceRequest;
import io.penstock.streams.score.request.NameRule;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.jspecify.annotations.Nullable;

/**
 * The place where the records of an id belong: under the id as their key, in the partition that
 * Kafka's Java producer puts that key in. What is known of an id lies there. Producers of other
 * languages choose other partitions by default, and some set no key.
 *
 * @param partitions of a requests topic, 1 or more
 */
public record Home(int partitions) {

  /** The reply key of a request; empty if it is no legal one, and its answers go by its id. */
  public static Optional<String> replyKey(InferenceRequest request) {
    return request.getReplyKey().filter(NameRule::legal);
  }

  /** The webhook of a request, unless it cannot be one. */
  public static Optional<String> webhook(InferenceRequest request) {
    return request.getWebhook().filter(NameRule::legal);
  }

  public int of(String id) {
    return BuiltInPartitioner.partitionForKey(bytes(id), partitions);
  }

  public boolean isHome(String id, byte @Nullable [] key, int partition) {
    return Arrays.equals(bytes(id), key) && of(id) == partition;
  }

  private static byte[] bytes(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }
}
