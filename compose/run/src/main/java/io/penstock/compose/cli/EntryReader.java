package io.penstock.compose.cli;

import io.penstock.schemas.serde.AvroSerdes;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/** Decodes the records of a topic; one that cannot be read is passed over and counted. */
final class EntryReader<T extends SpecificRecord> {

  private final Deserializer<T> deserializer;
  private long unreadable;

  EntryReader(AvroSerdes serdes, Class<T> type) {
    this.deserializer = serdes.deserializer(type);
  }

  /** The record's value, or empty if it has none or cannot be read. */
  Optional<T> read(TopicLog.Entry entry) {
    if (entry.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(deserializer.deserialize(entry.topic(), entry.value()));
    } catch (SerializationException e) {
      unreadable++;
      return Optional.empty();
    }
  }

  /** How many records could not be read. */
  long unreadable() {
    return unreadable;
  }

  /** Tells a person how many records could not be read, if there were any. */
  void warn(Console console, String topic) {
    if (unreadable > 0) {
      console.warn(
          "%d records of %s could not be read and were passed over".formatted(unreadable, topic));
    }
  }
}
