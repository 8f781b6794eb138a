package io.penstock.schemas.serde;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.penstock.schemas.errors.FatalErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumReader;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one type in Confluent's wire format, and says exactly what went wrong: whatever fails
 * between the schema id and the last byte is the record's fault, and so is a byte left over. The
 * registry is asked for the first record with a schema id only.
 *
 * <p>This is the one place where bytes from outside become objects, so it bounds what they may ask
 * for: the size of the writer's schema ({@link SchemaBounds}), how deep a record is nested ({@link
 * NestingBound}) and how many items it has ({@link BoundedDecoder}). An error that gets past all
 * that is the record's fault too, unless it is {@linkplain FatalErrors fatal}.
 */
final class StrictAvroDeserializer<T extends SpecificRecord> implements Deserializer<T> {

  private static final int SHORTEST = 1 + Integer.BYTES;

  /** Schemas remembered; a writer with more versions than this is only slower. */
  private static final int MOST_WRITERS = 100;

  /** The state of the schema behind an id. */
  private sealed interface Writer<T> {

    /**
     * Its records can be read.
     *
     * @param nesting the schema, if its records have to be walked over first
     */
    record Usable<T>(DatumReader<T> reader, Optional<Schema> nesting) implements Writer<T> {}

    /** The schema is too large to be read. */
    record Refused<T>(String why) implements Writer<T> {}
  }

  private final SpecificData data;
  private final Schema schema;
  private final SchemaRegistryClient registry;
  private final Map<Integer, Writer<T>> writers = new ConcurrentHashMap<>();

  StrictAvroDeserializer(Class<T> type, SchemaRegistryClient registry) {
    this.data = SpecificData.getForClass(type);
    this.schema = data.getSchema(type);
    this.registry = registry;
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
    try {
      return switch (writer(schemaId)) {
        case Writer.Usable<T>(var reader, var nesting) -> read(reader, nesting, bytes);
        case Writer.Refused<T>(String why) ->
            throw new MalformedRecordException(
                "record of %s names schema %d, which %s".formatted(topic, schemaId, why));
      };
    } catch (IOException | RestClientException | RuntimeException failed) {
      throw RegistryFailures.whileReading(topic, failed);
    } catch (Error error) {
      FatalErrors.throwIfFatal(error);
      // The error is not the cause: its trace has a thousand lines and says no more.
      throw new MalformedRecordException(
          "record of %s cannot be read: %s".formatted(topic, error.getClass().getSimpleName()));
    }
  }

  private T read(DatumReader<T> reader, Optional<Schema> nesting, byte[] bytes) {
    BoundedDecoder decoder = new BoundedDecoder(bytes, SHORTEST);
    T value;
    try {
      if (nesting.isPresent()) {
        NestingBound.check(nesting.get(), new BoundedDecoder(bytes, SHORTEST));
      }
      value = reader.read(null, decoder);
    } catch (MalformedRecordException malformed) {
      throw malformed;
    } catch (IOException | RuntimeException failed) {
      throw new MalformedRecordException("record does not fit its schema: " + failed, failed);
    }
    if (decoder.remaining() > 0) {
      throw new MalformedRecordException(
          "record has %d bytes after its last field".formatted(decoder.remaining()));
    }
    return value;
  }

  private Writer<T> writer(int schemaId) throws IOException, RestClientException {
    Writer<T> known = writers.get(schemaId);
    if (known != null) {
      return known;
    }
    Writer<T> made = writerOf(registry.getSchemaById(schemaId));
    if (writers.size() < MOST_WRITERS) {
      writers.put(schemaId, made);
    }
    return made;
  }

  private Writer<T> writerOf(ParsedSchema parsed) {
    if (!(parsed instanceof AvroSchema avro)) {
      return new Writer.Refused<>("is no Avro schema");
    }
    Schema writer = avro.rawSchema();
    Optional<String> fault = SchemaBounds.fault(writer);
    return fault.isPresent()
        ? new Writer.Refused<>(fault.get())
        : new Writer.Usable<>(
            new SpecificDatumReader<>(writer, schema, data),
            SchemaBounds.isRecursive(writer) ? Optional.of(writer) : Optional.empty());
  }
}
