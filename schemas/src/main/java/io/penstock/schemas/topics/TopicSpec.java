package io.penstock.schemas.topics;

import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * One topic: its name, its layout and what its records hold. Keys are always UTF-8 strings.
 *
 * @param name the topic's full name
 * @param purpose what it carries, for a person
 * @param key what the record key is, such as {@code request id}
 * @param value the type of the value
 * @param json whether values are JSON with the type's field names; else Avro in the Confluent wire
 *     format
 * @param partitions the number of partitions, fixed for the life of the topic
 * @param replicationFactor copies of each partition
 * @param configs the topic's Kafka settings
 */
public record TopicSpec(
    String name,
    String purpose,
    String key,
    Class<? extends SpecificRecord> value,
    boolean json,
    int partitions,
    short replicationFactor,
    Map<String, String> configs) {

  public TopicSpec {
    configs = Map.copyOf(configs);
  }

  /** The registry's subject of the values, by TopicNameStrategy. */
  public String valueSubject() {
    return name + "-value";
  }

  /** The largest record batch the topic takes, in bytes; Kafka's default where not set. */
  public int maxMessageBytes() {
    return Integer.parseInt(configs.getOrDefault("max.message.bytes", "1048588"));
  }
}
