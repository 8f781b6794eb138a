package io.penstock.schemas.topics;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/**
 * A request's home: the partition of results, lifecycle and chunks, which have equally many, in
 * which all that is written of it lies. This is the only place that computes it.
 *
 * <p>It is Kafka's murmur2 hash, so a request without a reply key is where a producer without a
 * partitioner of its own would write a record whose key is the request's id.
 */
public final class HomePartitions {

  private HomePartitions() {}

  /**
   * The home of a request, from 0 to count - 1.
   *
   * @param replyKey the request's, if it has one
   * @param id the request's id
   * @param count the number of partitions of results, 1 or more
   */
  public static int of(Optional<String> replyKey, String id, int count) {
    return of(replyKey.orElse(id), count);
  }

  /**
   * The home that a reply key, or an id without one, leads to, from 0 to count - 1.
   *
   * @param count the number of partitions of results, 1 or more
   */
  public static int of(String replyKeyOrId, int count) {
    byte[] bytes = replyKeyOrId.getBytes(StandardCharsets.UTF_8);
    return Utils.toPositive(Utils.murmur2(bytes)) % count;
  }
}
