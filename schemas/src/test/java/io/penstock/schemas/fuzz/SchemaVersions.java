package io.penstock.schemas.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;

/** The schemas that may have written a record: ours, the released ones, and ones yet to come. */
final class SchemaVersions {

  private SchemaVersions() {}

  static List<Schema> writersOf(Schema schema) {
    List<Schema> writers = new ArrayList<>();
    writers.add(schema);
    for (int version = 1; ; version++) {
      if (SchemaVersions.class.getResource("/compatibility/v" + version) == null) {
        break;
      }
      snapshot(version, schema, writers);
    }
    writers.add(withMoreFields(schema));
    writers.add(changed(schema, SchemaVersions::turned));
    writers.add(changed(schema, SchemaVersions::withMoreSymbols));
    writers.add(backwards(schema));
    return List.copyOf(writers);
  }

  private static void snapshot(int version, Schema schema, List<Schema> writers) {
    String file = "/compatibility/v%d/%s.avsc".formatted(version, schema.getName());
    try (InputStream in = SchemaVersions.class.getResourceAsStream(file)) {
      if (in != null) {
        writers.add(new Schema.Parser().parse(in));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }

  /** What a later version adds: text, and lists within lists. */
  private static Schema withMoreFields(Schema schema) {
    Schema tree =
        SchemaBuilder.record("Later")
            .fields()
            .name("next")
            .type()
            .optional()
            .type("Later")
            .endRecord();
    List<Schema.Field> fields = copies(schema, UnaryOperator.identity());
    fields.addFirst(new Schema.Field("colour", Schema.create(Schema.Type.STRING), null, "none"));
    fields.add(
        new Schema.Field(
            "later",
            Schema.createUnion(Schema.create(Schema.Type.NULL), tree, Schema.createArray(tree)),
            null,
            Schema.Field.NULL_DEFAULT_VALUE));
    return with(schema, fields);
  }

  private static Schema backwards(Schema schema) {
    return with(schema, copies(schema, UnaryOperator.identity()).reversed());
  }

  private static Schema changed(Schema schema, UnaryOperator<Schema> change) {
    return with(schema, copies(schema, change));
  }

  /** The same types in the opposite order. */
  private static Schema turned(Schema type) {
    return type.isUnion() ? Schema.createUnion(type.getTypes().reversed()) : type;
  }

  /** An enumeration with one more symbol, alone or as one of several types. */
  private static Schema withMoreSymbols(Schema type) {
    return switch (type.getType()) {
      case ENUM -> {
        List<String> symbols = new ArrayList<>(type.getEnumSymbols());
        symbols.addFirst("LATER");
        yield Schema.createEnum(type.getName(), null, type.getNamespace(), symbols);
      }
      case UNION ->
          Schema.createUnion(
              type.getTypes().stream().map(SchemaVersions::withMoreSymbols).toList());
      default -> type;
    };
  }

  /** A default need not fit a changed type, and a writer's is never used. */
  private static List<Schema.Field> copies(Schema schema, UnaryOperator<Schema> change) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : schema.getFields()) {
      Schema type = change.apply(field.schema());
      fields.add(
          type.equals(field.schema())
              ? new Schema.Field(field, type)
              : new Schema.Field(field.name(), type));
    }
    return fields;
  }

  private static Schema with(Schema schema, List<Schema.Field> fields) {
    return Schema.createRecord(
        schema.getName(), null, schema.getNamespace(), false, List.copyOf(fields));
  }
}
