package io.penstock.schemas.routing;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.json.JsonMessage;
import io.penstock.schemas.text.Printable;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Turns entries of the routing topic into documents and back. This class is thread-safe. */
public final class RoutingCodec {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, ToStringSerializer.instance)
                  .addDeserializer(Instant.class, new IsoInstant()))
          // What a later version adds is not this one's concern.
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          // A null among a list's items or a map's values is the document's fault, and says so.
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  private RoutingCodec() {}

  /**
   * A JSON mapper for documents, which reads and writes {@link Instant}. Callers must not change
   * it.
   */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  public static String json(RoutingDocument document) {
    try {
      return MAPPER.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document cannot be written as JSON", e);
    }
  }

  /**
   * Reads a document.
   *
   * @throws IllegalArgumentException naming what is wrong with it
   */
  public static RoutingDocument read(RoutingKind kind, String json) {
    try {
      RoutingDocument document = MAPPER.readValue(json, kind.type());
      if (document == null) {
        throw new IllegalArgumentException("the document is null; give an object");
      }
      return document;
    } catch (ValueInstantiationException refused) {
      Throwable cause = refused.getCause() == null ? refused : refused.getCause();
      throw new IllegalArgumentException(brief(cause.getMessage()), refused);
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(brief(JsonMessage.of(malformed)), malformed);
    }
  }

  /** A fault repeats what is wrong, which may be long. */
  private static String brief(@Nullable String message) {
    return message == null ? "it is malformed" : Printable.brief(message);
  }

  /**
   * Reads an entry's document.
   *
   * @throws IllegalArgumentException naming what is wrong with it, an unknown kind included
   */
  public static RoutingDocument read(RoutingEntry entry) {
    RoutingKind kind =
        RoutingKind.ofLabel(entry.getKind())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "kind '%s' is unknown; a later version of Penstock may have written it"
                            .formatted(brief(entry.getKind()))));
    return read(kind, entry.getDocument());
  }

  /**
   * Reads the document of a record of the routing topic.
   *
   * @param key the record's key; what lies under another one would never be replaced or removed
   * @throws IllegalArgumentException if the document is wrong, or the key is not that of its kind
   *     and name
   */
  public static RoutingDocument read(String key, RoutingEntry entry) {
    RoutingDocument document = read(entry);
    String right = RoutingKind.of(document).key(document.name());
    if (!key.equals(right)) {
      throw new IllegalArgumentException(
          "its record's key differs from its kind and name, " + brief(right));
    }
    return document;
  }

  /**
   * The record of a document.
   *
   * @param version counts the changes of this entry from 1
   * @param reason why it is changed, or null
   */
  public static RoutingEntry entry(
      RoutingDocument document,
      long version,
      String changedBy,
      @Nullable String reason,
      Instant now) {
    return RoutingEntry.newBuilder()
        .setKind(RoutingKind.of(document).label())
        .setName(document.name())
        .setVersion(version)
        .setDocument(json(document))
        .setChangedBy(changedBy)
        .setReason(reason)
        .setChangedAt(now)
        .build();
  }

  private static final class IsoInstant extends StdScalarDeserializer<Instant> {

    private static final long serialVersionUID = 1;

    IsoInstant() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String text = parser.getValueAsString();
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        return (Instant)
            context.handleWeirdStringValue(
                Instant.class, text, "give a time such as 2026-11-22T10:00:00Z");
      }
    }
  }
}
