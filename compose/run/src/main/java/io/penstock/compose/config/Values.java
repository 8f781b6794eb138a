package io.penstock.compose.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.penstock.compose.config.Slot.Leaf;
import io.penstock.schemas.routing.DefaultReplyTopics;
import io.penstock.schemas.routing.ReplyTopicPattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns what people write into the values of keys, and back. */
final class Values {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(
              new SimpleModule()
                  .addDeserializer(Duration.class, new DurationReader())
                  .addDeserializer(DefaultReplyTopics.class, new ReplyTopicsReader()))
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .withCoercionConfigDefaults(
              coercion -> coercion.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
          .build();

  private Values() {}

  /** Durations with their units. */
  private static final class DurationReader extends FromStringDeserializer<Duration> {

    private static final long serialVersionUID = 1;

    DurationReader() {
      super(Duration.class);
    }

    @Override
    protected Duration _deserialize(String text, DeserializationContext context) {
      return DurationText.parse(text);
    }
  }

  /** A list of patterns. */
  private static final class ReplyTopicsReader
      extends com.fasterxml.jackson.databind.JsonDeserializer<DefaultReplyTopics> {

    @Override
    public DefaultReplyTopics deserialize(JsonParser parser, DeserializationContext context)
        throws java.io.IOException {
      List<String> patterns = Arrays.asList(context.readValue(parser, String[].class));
      return new DefaultReplyTopics(patterns.stream().map(ReplyTopicPattern::new).toList());
    }
  }

  private static JavaType type(Leaf key) {
    return MAPPER.constructType(key.type());
  }

  /** Returns whether its entries are set one by one. */
  static boolean isMap(Leaf key) {
    return type(key).isMapLikeType();
  }

  static boolean isList(Leaf key) {
    JavaType type = type(key);
    return type.isCollectionLikeType() || type.hasRawClass(DefaultReplyTopics.class);
  }

  /** A number of bytes, which has units: such components are named so. */
  private static boolean isSize(Leaf key) {
    return key.name().endsWith("Bytes") && isWhole(content(type(key)));
  }

  private static boolean isWhole(JavaType type) {
    return List.of(int.class, long.class, short.class, Integer.class, Long.class)
        .contains(type.getRawClass());
  }

  private static JavaType content(JavaType type) {
    return type.isReferenceType() || type.isContainerType() ? type.getContentType() : type;
  }

  /**
   * Reads a value; every scalar in it is text.
   *
   * @param written with null where nothing is written
   * @throws IllegalArgumentException naming what is allowed; the message completes "KEY is '...'; "
   */
  static @Nullable Object read(Leaf key, JsonNode written) {
    if (written.isNull() && !key.optional()) {
      throw new IllegalArgumentException("give a value, or remove the key to use the default");
    }
    JsonNode node =
        isSize(key) && written.isTextual()
            ? JsonNodeFactory.instance.numberNode(SizeText.parse(written.asText()))
            : written;
    try {
      return MAPPER.readerFor(type(key)).readValue(node);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(remedy(key, e), e);
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException("it must be " + described(key), e);
    }
  }

  /** Our own words where a value of ours refused it, never Jackson's. */
  private static String remedy(Leaf key, JsonProcessingException error) {
    Throwable cause = error;
    while (cause != null && !isOurs(cause)) {
      cause = cause.getCause();
    }
    return cause == null || cause.getMessage() == null
        ? "it must be " + described(key)
        : cause.getMessage();
  }

  private static boolean isOurs(Throwable cause) {
    return cause instanceof IllegalArgumentException && !(cause instanceof NumberFormatException);
  }

  /** Returns what may stand there, after "it must be". */
  static String described(Leaf key) {
    JavaType type = type(key);
    if (isMap(key)) {
      return "a map of names to " + plural(type.getContentType());
    }
    if (type.hasRawClass(DefaultReplyTopics.class)) {
      return "a list of topics such as [replies.{tenant}]";
    }
    if (type.isCollectionLikeType()) {
      return "a list of " + plural(type.getContentType());
    }
    return isSize(key) ? "a size such as 8 MiB" : one(content(type));
  }

  private static String one(JavaType type) {
    if (type.isEnumType()) {
      return "one of " + constants(type);
    }
    if (isWhole(type)) {
      return "a whole number";
    }
    return switch (type.getRawClass().getSimpleName()) {
      case "double", "Double" -> "a number";
      case "boolean", "Boolean" -> "true or false";
      case "Duration" -> "a duration such as 30s";
      case "Path" -> "a file or folder";
      default -> "a text";
    };
  }

  private static String plural(JavaType type) {
    if (type.isEnumType()) {
      return constants(type);
    }
    if (isWhole(type)) {
      return "whole numbers";
    }
    return type.hasRawClass(Double.class) ? "numbers" : "texts";
  }

  private static String constants(JavaType type) {
    return Arrays.stream(type.getRawClass().getEnumConstants())
        .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  /** A value as it can be written into the file; empty for none. */
  static String text(Leaf key, @Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Optional<?> some -> some.map(each -> text(key, each)).orElse("");
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> "%s: %s".formatted(quoted(entry.getKey()), quoted(entry.getValue())))
              .sorted()
              .collect(Collectors.joining(", ", "{", "}"));
      case DefaultReplyTopics topics -> text(topics);
      case List<?> list -> list(list);
      case Collection<?> set -> list(set.stream().map(each -> (Object) each).sorted().toList());
      case Number size when isSize(key) -> SizeText.of(size.longValue());
      default -> quoted(value);
    };
  }

  /** The same of a value without a key; empty for a record. */
  static String text(@Nullable Object value) {
    return switch (value) {
      case DefaultReplyTopics topics ->
          list(topics.patterns().stream().map(ReplyTopicPattern::text).toList());
      case Duration duration -> DurationText.of(duration);
      case null, default -> "";
    };
  }

  private static String list(Collection<?> values) {
    return values.stream().map(Values::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String quoted(Object value) {
    return switch (value) {
      case Duration duration -> DurationText.of(duration);
      case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
      case Number number -> number.toString();
      case Boolean truth -> truth.toString();
      default -> YamlText.scalar(value.toString());
    };
  }

  /** The same value, with a relative path taken from this folder. */
  static @Nullable Object from(Path folder, @Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Path path -> folder.resolve(path).normalize();
      case Optional<?> some when some.isPresent() && some.get() instanceof Path path ->
          Optional.of(folder.resolve(path).normalize());
      default -> value;
    };
  }
}
