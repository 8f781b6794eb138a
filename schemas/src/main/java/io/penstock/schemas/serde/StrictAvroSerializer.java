package io.penstock.schemas.serde;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Confluent's serializer, which says exactly what went wrong. It writes the first record of a
 * topic, and so registers the schema; the next ones need its schema id and nothing of the
 * registry's client, whose look-ups cost more than the encoding.
 */
final class StrictAvroSerializer<T extends SpecificRecord> implements Serializer<T> {

  private static final byte MAGIC = 0;

  /** Writes values of one class, by the schema ids of the topics it has been written to. */
  private record Writing<D>(DatumWriter<D> writer, Map<String, Integer> schemaIds) {

    static <D> Writing<D> of(Class<?> type) {
      SpecificData data = SpecificData.getForClass(type);
      return new Writing<>(
          new SpecificDatumWriter<>(data.getSchema(type), data), new ConcurrentHashMap<>());
    }
  }

  private final KafkaAvroSerializer confluent;
  private final Map<Class<?>, Writing<T>> writings = new ConcurrentHashMap<>();
  private final ThreadLocal<Encoding> encodings = ThreadLocal.withInitial(Encoding::new);

  StrictAvroSerializer(SchemaRegistryClient registry, Map<String, ?> settings) {
    this.confluent = new KafkaAvroSerializer(registry, settings);
  }

  @Override
  public byte @Nullable [] serialize(String topic, @Nullable T value) {
    if (value == null) {
      return null;
    }
    Writing<T> writing = writings.computeIfAbsent(value.getClass(), Writing::of);
    Integer schemaId = writing.schemaIds().get(topic);
    try {
      if (schemaId != null) {
        return encodings.get().encode(schemaId, value, writing.writer());
      }
      byte[] bytes = confluent.serialize(topic, value);
      writing.schemaIds().put(topic, ByteBuffer.wrap(bytes).getInt(1));
      return bytes;
    } catch (RuntimeException failed) {
      throw RegistryFailures.whileWriting(topic, failed);
    }
  }

  /** The buffers of one thread. */
  private static final class Encoding {

    /** A buffer that has grown beyond this is not kept. */
    private static final int KEPT_BYTES = 64 * 1024;

    private ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    private @Nullable BinaryEncoder encoder;

    <T> byte[] encode(int schemaId, T value, DatumWriter<T> writer) {
      bytes.reset();
      bytes.write(MAGIC);
      bytes.write(schemaId >>> 24);
      bytes.write(schemaId >>> 16);
      bytes.write(schemaId >>> 8);
      bytes.write(schemaId);
      try {
        BinaryEncoder into = EncoderFactory.get().directBinaryEncoder(bytes, encoder);
        encoder = into;
        writer.write(value, into);
        into.flush();
      } catch (IOException impossible) {
        throw new AssertionError("memory does not fail", impossible);
      }
      byte[] encoded = bytes.toByteArray();
      if (encoded.length > KEPT_BYTES) {
        bytes = new ByteArrayOutputStream(1024);
      }
      return encoded;
    }
  }
}
