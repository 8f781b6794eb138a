package io.penstock.schemas.serde;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.io.Decoder;

/**
 * Walks over a record whose schema holds itself, before it is read: Avro follows such a record as
 * deep as it goes, and the stack does not.
 */
final class NestingBound {

  /** Values in values, unions and collections counted too. */
  private static final int DEEPEST = 256;

  private NestingBound() {}

  /**
   * @param decoder at the record's begin; is read to its end
   * @throws MalformedRecordException if the record is nested too deep
   * @throws IOException if the bytes end too early
   */
  static void check(Schema writer, Decoder decoder) throws IOException {
    walk(writer, decoder, 0);
  }

  private static void walk(Schema schema, Decoder in, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new MalformedRecordException(
          "record is nested more than %d values deep".formatted(DEEPEST));
    }
    switch (schema.getType()) {
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          walk(field.schema(), in, depth + 1);
        }
      }
      case UNION -> walk(branch(schema, in.readIndex()), in, depth + 1);
      case ARRAY -> {
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
          for (long i = 0; i < left; i++) {
            walk(schema.getElementType(), in, depth + 1);
          }
        }
      }
      case MAP -> {
        for (long left = in.readMapStart(); left > 0; left = in.mapNext()) {
          for (long i = 0; i < left; i++) {
            in.skipString();
            walk(schema.getValueType(), in, depth + 1);
          }
        }
      }
      case NULL -> in.readNull();
      case BOOLEAN -> {
        var _ = in.readBoolean();
      }
      case INT -> {
        var _ = in.readInt();
      }
      case LONG -> {
        var _ = in.readLong();
      }
      case FLOAT -> {
        var _ = in.readFloat();
      }
      case DOUBLE -> {
        var _ = in.readDouble();
      }
      case ENUM -> {
        var _ = in.readEnum();
      }
      case STRING -> in.skipString();
      case BYTES -> in.skipBytes();
      case FIXED -> in.skipFixed(schema.getFixedSize());
    }
  }

  private static Schema branch(Schema union, int index) {
    if (index < 0 || index >= union.getTypes().size()) {
      throw new MalformedRecordException(
          "record selects branch %d of a union that has %d"
              .formatted(index, union.getTypes().size()));
    }
    return union.getTypes().get(index);
  }
}
