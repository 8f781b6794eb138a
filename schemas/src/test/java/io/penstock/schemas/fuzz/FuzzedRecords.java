package io.penstock.schemas.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/**
 * Records as any client with write access may produce them, in Confluent's wire format: good ones
 * with some of their fields at legal extremes, written by this, an earlier or a later version of
 * their schema, and now and then bytes that are no record.
 */
public final class FuzzedRecords {

  private static final int MAGIC_AND_ID = 1 + Integer.BYTES;
  private static final int DEEPEST = 4;

  private final SchemaRegistryClient registry;
  private final Map<Schema, List<Schema>> writers = new HashMap<>();
  private final Map<Schema, Integer> ids = new HashMap<>();

  /**
   * @param scope the name of the registry in memory, as in {@code mock://NAME}
   */
  public FuzzedRecords(String scope) {
    this.registry = MockSchemaRegistry.getClientForScope(scope);
  }

  /** Bytes like those of a good record. */
  public byte[] like(SpecificRecord good, FuzzedDataProvider data) {
    return bytes(good.getSchema(), Optional.of(good), data);
  }

  /** Bytes of any record of a schema. */
  public byte[] of(Schema schema, FuzzedDataProvider data) {
    return bytes(schema, Optional.empty(), data);
  }

  private byte[] bytes(Schema schema, Optional<SpecificRecord> good, FuzzedDataProvider data) {
    Schema writer = data.pickValue(writers.computeIfAbsent(schema, SchemaVersions::writersOf));
    byte[] bytes = write(writer, record(schema, good, writer, data));
    return switch (data.consumeInt(0, 15)) {
      case 0 -> data.consumeBytes(100);
      case 1 -> damaged(bytes, data);
      case 2 -> Arrays.copyOf(bytes, data.consumeInt(0, bytes.length + 3));
      case 3 -> ByteBuffer.wrap(bytes).putInt(1, FuzzedNumbers.intFrom(data)).array();
      default -> bytes;
    };
  }

  private static byte[] damaged(byte[] bytes, FuzzedDataProvider data) {
    for (int i = data.consumeInt(1, 4); i > 0; i--) {
      bytes[data.consumeInt(0, bytes.length - 1)] = data.consumeByte();
    }
    return bytes;
  }

  private GenericRecord record(
      Schema schema, Optional<SpecificRecord> good, Schema writer, FuzzedDataProvider data) {
    Optional<GenericRecord> known = good.flatMap(record -> converted(record, schema, writer));
    if (known.isEmpty()) {
      return (GenericRecord) value(writer, data, 0);
    }
    for (int i = data.consumeInt(0, 3); i > 0; i--) {
      change(known.get(), data);
    }
    return known.get();
  }

  /** A record as another version of its schema writes it, if that can be told from this one. */
  private static Optional<GenericRecord> converted(
      SpecificRecord good, Schema schema, Schema writer) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      new SpecificDatumWriter<SpecificRecord>(schema, SpecificData.getForClass(good.getClass()))
          .write(good, encoder);
      return Optional.of(
          new GenericDatumReader<GenericRecord>(schema, writer)
              .read(null, DecoderFactory.get().binaryDecoder(out.toByteArray(), null)));
    } catch (AvroRuntimeException incompatible) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
  }

  private static void change(GenericRecord record, FuzzedDataProvider data) {
    Schema.Field field = data.pickValue(record.getSchema().getFields());
    if (record.get(field.pos()) instanceof GenericRecord inner && data.consumeBoolean()) {
      change(inner, data);
    } else {
      record.put(field.pos(), value(field.schema(), data, 0));
    }
  }

  private static Object value(Schema schema, FuzzedDataProvider data, int depth) {
    return switch (schema.getType()) {
      case RECORD -> {
        GenericRecord record = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields()) {
          record.put(field.pos(), value(field.schema(), data, depth + 1));
        }
        yield record;
      }
      case UNION -> {
        List<Schema> types = schema.getTypes();
        boolean end = depth > DEEPEST || data.remainingBytes() == 0;
        Schema simplest =
            types.stream()
                .filter(type -> type.getType() == Schema.Type.NULL)
                .findFirst()
                .orElse(types.getFirst());
        yield value(end ? simplest : data.pickValue(types), data, depth);
      }
      case ARRAY -> {
        List<Object> items = new ArrayList<>();
        for (int i = count(data, depth); i > 0; i--) {
          items.add(value(schema.getElementType(), data, depth + 1));
        }
        yield items;
      }
      case MAP -> {
        Map<Object, Object> map = new HashMap<>();
        for (int i = count(data, depth); i > 0; i--) {
          map.put(FuzzedText.wire(data), value(schema.getValueType(), data, depth + 1));
        }
        yield map;
      }
      case ENUM -> new GenericData.EnumSymbol(schema, data.pickValue(schema.getEnumSymbols()));
      case STRING -> FuzzedText.wire(data);
      case BYTES -> ByteBuffer.wrap(data.consumeBytes(60));
      case FIXED -> new GenericData.Fixed(schema, new byte[schema.getFixedSize()]);
      case INT -> FuzzedNumbers.intFrom(data);
      case LONG -> FuzzedNumbers.longFrom(data);
      case FLOAT -> (float) FuzzedNumbers.doubleFrom(data);
      case DOUBLE -> FuzzedNumbers.doubleFrom(data);
      case BOOLEAN -> data.consumeBoolean();
      case NULL -> null;
    };
  }

  private static int count(FuzzedDataProvider data, int depth) {
    return depth > DEEPEST ? 0 : data.consumeInt(0, 3);
  }

  private byte[] write(Schema writer, GenericRecord record) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(ByteBuffer.allocate(MAGIC_AND_ID).putInt(1, id(writer)).array());
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      new GenericDatumWriter<GenericRecord>(writer).write(record, encoder);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
  }

  private int id(Schema writer) {
    return ids.computeIfAbsent(
        writer,
        schema -> {
          try {
            return registry.register("fuzz-" + schema.getName(), new AvroSchema(schema));
          } catch (IOException | RestClientException e) {
            throw new IllegalStateException("the registry in memory refused a schema", e);
          }
        });
  }
}
