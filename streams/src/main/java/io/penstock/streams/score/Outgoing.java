package io.penstock.streams.score;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way out, already serialised: what can fail has failed before anything was sent,
 * and sizes are known. A failed send would abort the transaction whatever a handler says.
 *
 * @param partition where it must go; empty leaves it to the key
 * @param bytes null takes the key out of a compacted topic
 */
record Outgoing(String topic, Optional<Integer> partition, byte @Nullable [] bytes) {

  static Outgoing byKey(String topic, byte[] bytes) {
    return new Outgoing(topic, Optional.empty(), bytes);
  }

  static Serializer<Outgoing> serializer() {
    return (topic, outgoing) -> outgoing.bytes();
  }

  static StreamPartitioner<String, Outgoing> partitioner() {
    return (topic, key, outgoing, partitions) -> outgoing.partition().map(Set::of);
  }
}
