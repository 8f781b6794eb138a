package io.penstock.streams.score.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.streams.score.request.RefusalCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One field of a request in JSON. The parser stands on the first token of its value and is left on
 * the last. A value of the wrong kind is refused with its place, and the next field is read on.
 *
 * @param name such as {@code tenant} or {@code routing.sort}
 * @param at where the field stands
 * @param source all bytes that the parser reads
 */
record JsonField(String name, String at, JsonParser parser, byte[] source, RequestDraft draft) {

  /** No list or map of a request may be longer; the same limit holds for Avro records. */
  private static final int MOST_ITEMS = 100_000;

  private static final List<String> ROUTING =
      List.of(
          "models",
          "sort",
          "maxPrice",
          "minQuality",
          "maxWaitMillis",
          "allowedModels",
          "deniedModels",
          "allowedProviders",
          "deniedProviders",
          "allowFallbacks",
          "allowShorterOutput");

  /** Puts its value into the draft. */
  void take() throws IOException {
    if (!RequestDraft.FIELDS.contains(name)) {
      unknown(name, RequestDraft.FIELDS);
    } else if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    } else {
      switch (name) {
        case "body" -> body();
        case "routing" -> routing();
        case "attributes" -> attributes();
        case "deadline", "createdAt" -> time();
        case "stream" -> {
          Boolean flag = flag();
          if (flag != null) {
            draft.put(name, flag.toString(), "field " + name + at);
          }
        }
        default -> {
          String text = text();
          if (text != null) {
            draft.put(name, text, "field " + name + at);
          }
        }
      }
    }
  }

  private void body() throws IOException {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      int from = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      int to = (int) parser.currentLocation().getByteOffset();
      draft.body(ByteBuffer.wrap(Arrays.copyOfRange(source, from, to)));
    } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
      String text = text();
      if (text != null) {
        draft.body(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      }
    } else {
      wrong("an object, the OpenAI request, or a string that holds it");
    }
  }

  private void time() throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      draft.put(name, parser.getText(), "field " + name + at);
    } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
      String text = text();
      if (text != null) {
        draft.put(name, text, "field " + name + at);
      }
    } else {
      wrong(
          "microseconds since 1970 as a whole number, or a string such as"
              + " \"2026-01-31T12:00:00Z\"");
    }
  }

  private void attributes() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      wrong("an object of strings");
      return;
    }
    Map<String, String> all = new HashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      JsonField each = nested();
      String text = each.text();
      if (text != null && all.put(parser.currentName(), text) != null) {
        each.twice();
      }
      if (all.size() > MOST_ITEMS) {
        tooMany();
        skipObject();
        return;
      }
    }
    draft.attributes(all);
  }

  private void routing() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      wrong("an object with some of " + String.join(", ", ROUTING));
      return;
    }
    RoutingPreferences.Builder wanted = RoutingPreferences.newBuilder();
    Set<String> seen = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonField each = nested();
      if (!seen.add(field)) {
        each.twice();
        parser.skipChildren();
      } else if (!ROUTING.contains(field)) {
        each.unknown(field, ROUTING);
      } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
        each.preference(field, wanted);
      }
    }
    draft.routing(wanted.build());
  }

  private void preference(String field, RoutingPreferences.Builder wanted) throws IOException {
    switch (field) {
      case "models" -> wanted.setModels(texts());
      case "allowedModels" -> wanted.setAllowedModels(texts());
      case "deniedModels" -> wanted.setDeniedModels(texts());
      case "allowedProviders" -> wanted.setAllowedProviders(texts());
      case "deniedProviders" -> wanted.setDeniedProviders(texts());
      case "sort" -> wanted.setSort(text());
      case "maxPrice" -> wanted.setMaxPrice(number());
      case "minQuality" -> wanted.setMinQuality(number());
      case "maxWaitMillis" -> wanted.setMaxWaitMillis(whole());
      case "allowFallbacks" -> wanted.setAllowFallbacks(flag());
      case "allowShorterOutput" -> wanted.setAllowShorterOutput(Boolean.TRUE.equals(flag()));
      default -> throw new IllegalStateException("no rule for " + field);
    }
  }

  /** The field that the parser has come to within this one; the parser goes on to its value. */
  private JsonField nested() throws IOException {
    String field = JsonRequests.shown(name + "." + parser.currentName());
    String where = JsonRequests.at(parser.currentTokenLocation());
    parser.nextToken();
    return new JsonField(field, where, parser, source, draft);
  }

  private @Nullable String text() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      wrong("a string");
      return null;
    }
    String text = parser.getText();
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      draft.refuse(
          RefusalCode.MALFORMED_RECORD,
          name,
          "%s%s holds half of a surrogate pair, which is no character; send both halves or neither"
              .formatted(name, at));
      return null;
    }
    return text;
  }

  private List<String> texts() throws IOException {
    List<String> all = new ArrayList<>();
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      wrong("a list of strings");
      return all;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String text = text();
      if (text != null) {
        all.add(text);
      }
      if (all.size() > MOST_ITEMS) {
        tooMany();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          parser.skipChildren();
        }
        return List.of();
      }
    }
    return all;
  }

  private @Nullable Double number() throws IOException {
    if (!parser.currentToken().isNumeric()) {
      wrong("a number");
      return null;
    }
    double value = parser.getDoubleValue();
    if (Double.isInfinite(value)) {
      wrong("a number of at most " + Double.MAX_VALUE);
      return null;
    }
    return value;
  }

  private @Nullable Long whole() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
        || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      wrong("a whole number of at most " + Long.MAX_VALUE);
      return null;
    }
    return parser.getLongValue();
  }

  private @Nullable Boolean flag() throws IOException {
    if (!parser.currentToken().isBoolean()) {
      wrong("true or false");
      return null;
    }
    return parser.getBooleanValue();
  }

  private void skipObject() throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      parser.nextToken();
      parser.skipChildren();
    }
  }

  private void twice() {
    draft.refuse(
        RefusalCode.MALFORMED_RECORD, name, "%s%s comes twice; give it once".formatted(name, at));
  }

  private void tooMany() {
    draft.refuse(
        RefusalCode.MALFORMED_RECORD,
        name,
        "%s%s has more than %d entries".formatted(name, at, MOST_ITEMS));
  }

  private void unknown(String field, List<String> known) throws IOException {
    draft.refuse(
        RefusalCode.MALFORMED_RECORD,
        JsonRequests.shown(name),
        "field '%s'%s is not known; known are %s"
            .formatted(JsonRequests.shown(field), at, String.join(", ", known)));
    parser.skipChildren();
  }

  private void wrong(String wanted) throws IOException {
    draft.refuse(
        RefusalCode.MALFORMED_RECORD,
        name,
        "%s%s is %s; give %s".formatted(name, at, kind(parser.currentToken()), wanted));
    parser.skipChildren();
  }

  private static String kind(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number that does not fit here";
      case VALUE_TRUE, VALUE_FALSE -> "true or false";
      case VALUE_NULL -> "null";
      default -> "something else";
    };
  }
}
