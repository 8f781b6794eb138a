package io.penstock.broker.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.Names;
import io.penstock.schemas.json.JsonMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the front has to know of a body, without building a tree of it, and refuses what is
 * not one JSON object in UTF-8. Whether the fields fit the endpoint is judged later, by score.
 */
public final class BodyReader {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private static final Set<String> READ =
      Set.of(
          "model",
          "stream",
          "stream_options",
          "max_tokens",
          "max_completion_tokens",
          "n",
          "service_tier");

  private static final long MOST_ANSWERS = 128;

  private @Nullable String model;
  private boolean stream;
  private boolean includeUsage;
  private OptionalLong maxTokens = OptionalLong.empty();
  private OptionalLong maxCompletionTokens = OptionalLong.empty();
  private long answers = 1;
  private Optional<String> serviceTier = Optional.empty();

  private BodyReader() {}

  /**
   * Reads a body.
   *
   * @throws ApiException naming the field at fault, or the place where the JSON breaks off
   */
  public static BodyFacts read(byte[] body) {
    requireUtf8(body);
    BodyReader reader = new BodyReader();
    try (JsonParser parser = JSON.createParser(body)) {
      reader.object(parser);
    } catch (JsonProcessingException fault) {
      throw notJson(fault);
    } catch (IOException impossible) {
      throw new IllegalStateException("reading from memory failed", impossible);
    }
    return reader.facts(body.length);
  }

  private static void requireUtf8(byte[] body) {
    boolean wide = body.length >= 2 && (body[0] == 0 || body[1] == 0);
    boolean marked =
        body.length >= 2
            && ((body[0] == (byte) 0xEF && body[1] == (byte) 0xBB)
                || (body[0] == (byte) 0xFE && body[1] == (byte) 0xFF)
                || (body[0] == (byte) 0xFF && body[1] == (byte) 0xFE));
    if (wide || marked) {
      throw refused("The body must be JSON in UTF-8 without a byte order mark.");
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
    } catch (CharacterCodingException notUtf8) {
      throw refused("The body must be JSON in UTF-8, and some of its bytes are not.");
    }
  }

  private static ApiException notJson(JsonProcessingException fault) {
    String place =
        fault.getLocation() == null
            ? ""
            : " (line %d, column %d)"
                .formatted(fault.getLocation().getLineNr(), fault.getLocation().getColumnNr());
    return refused("The body is not valid JSON: %s%s.".formatted(JsonMessage.of(fault), place));
  }

  private static ApiException refused(String message) {
    return new ApiException(ApiError.invalid(400, "invalid_json", message));
  }

  private void object(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw refused("The body must be one JSON object.");
    }
    Set<String> seen = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      if (READ.contains(field)) {
        // Whoever reads the body after us might take the other one.
        if (!seen.add(field)) {
          throw wrong(field, "is given twice; leave one out");
        }
        field(field, parser);
      } else {
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw refused("The body goes on after its JSON object; send one object.");
    }
  }

  private void field(String field, JsonParser value) throws IOException {
    switch (field) {
      case "model" -> model = model(value);
      case "stream" -> stream = flag(field, value);
      case "stream_options" -> streamOptions(value);
      case "max_tokens" -> maxTokens = count(field, value, 0);
      case "max_completion_tokens" -> maxCompletionTokens = count(field, value, 0);
      case "n" -> answers = answers(value);
      case "service_tier" -> serviceTier = text(field, value);
      default -> throw new IllegalArgumentException(field);
    }
  }

  private static String model(JsonParser value) throws IOException {
    String name =
        text("model", value).orElseThrow(() -> wrong("model", "is missing; name a model"));
    Names.fault(name, Ids.MAX_LENGTH)
        .ifPresent(
            fault -> {
              throw wrong("model", fault);
            });
    return name;
  }

  private static long answers(JsonParser value) throws IOException {
    long count = count("n", value, 1).orElse(1);
    if (count > MOST_ANSWERS) {
      throw wrong("n", "is %d; it must be from 1 to %d".formatted(count, MOST_ANSWERS));
    }
    return count;
  }

  private void streamOptions(JsonParser value) throws IOException {
    if (value.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (value.currentToken() != JsonToken.START_OBJECT) {
      throw wrong("stream_options", "must be an object or null");
    }
    while (value.nextToken() == JsonToken.FIELD_NAME) {
      String option = value.currentName();
      value.nextToken();
      if (option.equals("include_usage")) {
        includeUsage = flag("stream_options.include_usage", value);
      } else {
        value.skipChildren();
      }
    }
  }

  private static boolean flag(String field, JsonParser value) throws IOException {
    return switch (value.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE, VALUE_NULL -> false;
      default -> throw wrong(field, "must be true or false");
    };
  }

  private static Optional<String> text(String field, JsonParser value) throws IOException {
    return switch (value.currentToken()) {
      case VALUE_STRING -> Optional.of(value.getText());
      case VALUE_NULL -> Optional.empty();
      default -> throw wrong(field, "must be a string");
    };
  }

  private static OptionalLong count(String field, JsonParser value, long least) throws IOException {
    if (value.currentToken() == JsonToken.VALUE_NULL) {
      return OptionalLong.empty();
    }
    boolean whole =
        value.currentToken() == JsonToken.VALUE_NUMBER_INT
            && value.getTextLength() <= 18
            && value.getLongValue() >= least;
    if (!whole) {
      throw wrong(field, "must be a whole number of %d or more".formatted(least));
    }
    return OptionalLong.of(value.getLongValue());
  }

  private static ApiException wrong(String field, String fault) {
    return new ApiException(
        ApiError.invalid(field, "invalid_value", "'%s' %s.".formatted(field, fault)));
  }

  private BodyFacts facts(int bytes) {
    if (model == null) {
      throw wrong("model", "is missing; name a model");
    }
    return new BodyFacts(
        model,
        stream,
        includeUsage,
        maxCompletionTokens.isPresent() ? maxCompletionTokens : maxTokens,
        answers,
        serviceTier,
        bytes);
  }
}
