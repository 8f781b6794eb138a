package io.penstock.schemas.serde;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Confluent's deserializer for one type, which says exactly what went wrong: whatever fails between
 * the schema id and the last byte is the record's fault, and so is a byte left over. The registry's
 * client is asked for the first record with a schema id only, since its look-ups cost more than the
 * decoding.
 */
final class StrictAvroDeserializer<T extends SpecificRecord> implements Deserializer<T> {

  private static final int SHORTEST = 1 + Integer.BYTES;

  /** Schemas remembered; a writer with more versions than this is only slower. */
  private static final int MOST_READERS = 100;

  private final Class<T> type;
  private final SpecificData data;
  private final Schema schema;
  private final SchemaRegistryClient registry;
  private final Map<Integer, DatumReader<T>> readers = new ConcurrentHashMap<>();
  private final KafkaAvroDeserializer confluent;

  StrictAvroDeserializer(Class<T> type, SchemaRegistryClient registry, Map<String, ?> settings) {
    this.type = type;
    this.data = SpecificData.getForClass(type);
    this.schema = data.getSchema(type);
    this.registry = registry;
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
    int schemaId = ByteBuffer.wrap(bytes).getInt(1);
    DatumReader<T> reader = readers.get(schemaId);
    try {
      return reader == null ? readFirst(topic, schemaId, bytes) : read(reader, bytes);
    } catch (RuntimeException failed) {
      throw RegistryFailures.whileReading(topic, failed);
    }
  }

  private static <T> T read(DatumReader<T> reader, byte[] bytes) {
    try {
      return reader.read(
          null, DecoderFactory.get().binaryDecoder(bytes, SHORTEST, bytes.length - SHORTEST, null));
    } catch (IOException impossible) {
      throw new AssertionError("memory does not fail", impossible);
    }
  }

  private T readFirst(String topic, int schemaId, byte[] bytes) {
    T value = type.cast(confluent.deserialize(topic, bytes, schema));
    try {
      if (readers.size() < MOST_READERS
          && registry.getSchemaById(schemaId) instanceof AvroSchema writer) {
        readers.put(
            schemaId,
            new WholeRecordReader<>(new SpecificDatumReader<>(writer.rawSchema(), schema, data)));
      }
    } catch (IOException | RestClientException _) {
      // The value is there already; the next record asks again.
    }
    return value;
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
