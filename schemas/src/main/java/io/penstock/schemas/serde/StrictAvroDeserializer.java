package io.penstock.schemas.serde;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.Decoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Confluent's deserializer for one type, which says exactly what went wrong: whatever fails between
 * the schema id and the last byte is the record's fault, and so is a byte left over.
 */
final class StrictAvroDeserializer<T extends SpecificRecord> implements Deserializer<T> {

  private static final int SHORTEST = 1 + Integer.BYTES;

  private final Class<T> type;
  private final Schema schema;
  private final KafkaAvroDeserializer confluent;

  StrictAvroDeserializer(Class<T> type, SchemaRegistryClient registry, Map<String, ?> settings) {
    this.type = type;
    this.schema = SpecificData.get().getSchema(type);
    this.confluent =
        new KafkaAvroDeserializer(registry, settings) {
          @Override
          protected DatumReader<?> getDatumReader(Schema writer, Schema reader)
              throws ExecutionException {
            return new WholeRecordReader<>(super.getDatumReader(writer, reader));
          }
        };
  }

  @Override
  public @Nullable T deserialize(String topic, byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    if (bytes.length < SHORTEST || bytes[0] != 0) {
      throw new MalformedRecordException(
          "record of %s is no Avro in the Confluent wire format: it is %s"
              .formatted(
                  topic,
                  bytes.length < SHORTEST
                      ? "%d bytes long, the magic byte and schema id alone take %d"
                          .formatted(bytes.length, SHORTEST)
                      : "preceded by byte %d instead of 0".formatted(bytes[0])));
    }
    try {
      return type.cast(confluent.deserialize(topic, bytes, schema));
    } catch (RuntimeException failed) {
      throw RegistryFailures.whileReading(topic, failed);
    }
  }

  /** Reads one record and nothing more. */
  private record WholeRecordReader<D>(DatumReader<D> reader) implements DatumReader<D> {

    @Override
    public void setSchema(Schema schema) {
      reader.setSchema(schema);
    }

    @Override
    public D read(@Nullable D reuse, Decoder decoder) {
      D value;
      try {
        value = reader.read(reuse, decoder);
      } catch (IOException | RuntimeException failed) {
        throw new MalformedRecordException("record does not fit its schema: " + failed, failed);
      }
      if (decoder instanceof BinaryDecoder binary && binary.remainingBytes() > 0) {
        throw new MalformedRecordException(
            "record has %d bytes after its last field".formatted(binary.remainingBytes()));
      }
      return value;
    }
  }
}
