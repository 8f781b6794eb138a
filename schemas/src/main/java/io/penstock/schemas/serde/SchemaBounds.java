package io.penstock.schemas.serde;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * Bounds how large a writer's schema may be. A few lines of schema can describe a record of a
 * billion fields, since a type may be named twice in another, and that twice again.
 */
final class SchemaBounds {

  /** Deeper than any of ours by far. */
  private static final int MOST_LEVELS = 64;

  /** Ours have about 300 fields with all that is in them. */
  private static final long MOST_PARTS = 20_000;

  /**
   * The size of a schema with all that is in it.
   *
   * @param parts types, counted wherever they occur
   * @param levels how deep they are nested
   * @param recursive whether a type holds itself, so that only the data bounds how deep a record is
   */
  private record Size(long parts, int levels, boolean recursive) {}

  /** Stands for a type that is being measured further up. */
  private static final Size ITSELF = new Size(1, 0, true);

  private static final Size LEAF = new Size(1, 1, false);

  private final Map<String, Size> records = new HashMap<>();

  private SchemaBounds() {}

  /** Returns what is wrong with a schema, as the end of a sentence that begins with it. */
  static Optional<String> fault(Schema schema) {
    Size size = new SchemaBounds().size(schema);
    if (size.parts() > MOST_PARTS) {
      return Optional.of("has more than %d fields with all that is in them".formatted(MOST_PARTS));
    }
    return size.levels() > MOST_LEVELS
        ? Optional.of("is nested more than %d levels deep".formatted(MOST_LEVELS))
        : Optional.empty();
  }

  /** Returns whether a type holds itself. */
  static boolean isRecursive(Schema schema) {
    return new SchemaBounds().size(schema).recursive();
  }

  private Size size(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> record(schema);
      case ARRAY -> around(List.of(schema.getElementType()));
      case MAP -> around(List.of(schema.getValueType()));
      case UNION -> around(schema.getTypes());
      default -> LEAF;
    };
  }

  /** Looks at each record once; one that is open further up counts as a leaf. */
  private Size record(Schema schema) {
    Size known = records.putIfAbsent(schema.getFullName(), ITSELF);
    if (known != null) {
      return known;
    }
    Size size = around(schema.getFields().stream().map(Schema.Field::schema).toList());
    records.put(schema.getFullName(), size);
    return size;
  }

  /** Stops adding where it is too much, and so never overflows. */
  private Size around(List<Schema> inner) {
    long parts = 1;
    int levels = 0;
    boolean recursive = false;
    for (Schema each : inner) {
      Size size = size(each);
      parts = Math.min(MOST_PARTS + 1, parts + size.parts());
      levels = Math.max(levels, size.levels());
      recursive |= size.recursive();
    }
    return new Size(parts, levels + 1, recursive);
  }
}
