package io.penstock.streams.score.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.json.JsonMessage;
import io.penstock.streams.score.request.JsonEncoding;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a request whose value is JSON: either an InferenceRequest with the field names of its Avro
 * schema, or a bare OpenAI body whose circumstances stand in the record's headers ({@link
 * RequestHeaders}). A value with a field {@code body} or {@code endpoint} is the former: no OpenAI
 * body has either. The body's bytes are taken as they stand. This class is thread-safe.
 */
public final class JsonRequests {

  private static final int MAX_DEPTH = 100;
  private static final int MAX_JSON_TOKENS = 2_000_000;
  private static final int MAX_NUMBER_LENGTH = 100;
  private static final int MAX_NAME_LENGTH = 10_000;
  private static final Set<String> OF_REQUESTS = Set.of("body", "endpoint");

  private final JsonFactory json;

  /**
   * The content of a value.
   *
   * @param request as far as it could be read, so that a refusal can be answered to its tenant
   * @param refusal why it is not a request, if it is none
   */
  public record Reading(InferenceRequest request, Optional<Refusal> refusal) {}

  /**
   * @param maxBytes the longest value that is looked into
   */
  public JsonRequests(int maxBytes) {
    this.json =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxDocumentLength(maxBytes)
                    .maxStringLength(maxBytes)
                    .maxNestingDepth(MAX_DEPTH)
                    .maxTokenCount(MAX_JSON_TOKENS)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxNameLength(MAX_NAME_LENGTH)
                    .build())
            .build();
  }

  /**
   * Returns whether a value is JSON, perhaps behind a UTF-8 byte order mark. Avro in the Confluent
   * wire format begins with a zero byte.
   */
  public static boolean isJson(byte[] value) {
    for (int at = markLength(value); at < value.length; at++) {
      byte each = value[at];
      if (each != ' ' && each != '\t' && each != '\n' && each != '\r') {
        return each == '{';
      }
    }
    return false;
  }

  /**
   * Returns how many bytes a UTF-8 byte order mark takes at the beginning: 3, or 0 where there is
   * none.
   */
  private static int markLength(byte[] value) {
    return value.length >= 3
            && value[0] == (byte) 0xEF
            && value[1] == (byte) 0xBB
            && value[2] == (byte) 0xBF
        ? 3
        : 0;
  }

  /**
   * Reads a value.
   *
   * @param headers the record's headers that say something of the request
   * @param id the request's id where neither the value nor a header gives one
   * @param acceptedAt what relative deadlines count from
   */
  public Reading read(byte[] value, RequestHeaders headers, String id, Instant acceptedAt) {
    // A byte order mark is no part of the request: neither of its body nor of its places.
    int mark = markLength(value);
    return readPlain(
        mark == 0 ? value : Arrays.copyOfRange(value, mark, value.length), headers, id, acceptedAt);
  }

  private Reading readPlain(byte[] value, RequestHeaders headers, String id, Instant acceptedAt) {
    RequestDraft draft = new RequestDraft(acceptedAt);
    headers.into(draft);
    // The parser tells no places in bytes of other encodings.
    if (JsonEncoding.isWide(value)) {
      draft.refuseWhole("the record is not plain UTF-8; encode it as UTF-8");
      return new Reading(draft.request(id), draft.refusal());
    }
    boolean request = false;
    try {
      Set<String> found = new HashSet<>();
      try {
        findMarks(value, found);
      } finally {
        request = !found.isEmpty();
        if (request) {
          fields(value, draft);
        }
      }
      if (!request) {
        draft.body(ByteBuffer.wrap(value));
      }
      draft.requireComplete(request);
    } catch (StreamConstraintsException e) {
      draft.refuseWhole("the record is beyond what JSON may hold here: " + JsonMessage.of(e));
    } catch (JsonProcessingException e) {
      draft.refuseWhole(
          "the record is not valid JSON%s: %s".formatted(at(e.getLocation()), JsonMessage.of(e)));
    } catch (IOException e) {
      draft.refuseWhole("the record is not valid UTF-8; encode it as UTF-8");
    }
    return new Reading(draft.request(id), draft.refusal());
  }

  /** Which fields that only requests have are among a value's own, up to the first fault. */
  private void findMarks(byte[] value, Set<String> found) throws IOException {
    try (JsonParser parser = json.createParser(value)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        if (OF_REQUESTS.contains(parser.currentName())) {
          found.add(parser.currentName());
        }
        parser.nextToken();
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "something follows the object; give one object");
      }
    }
  }

  private void fields(byte[] value, RequestDraft draft) throws IOException {
    try (JsonParser parser = json.createParser(value)) {
      parser.nextToken();
      Set<String> seen = new HashSet<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        boolean isKnown = RequestDraft.FIELDS.contains(name);
        if (!isKnown && draft.refusal().isPresent()) {
          // However many there are, only the first one is worth a message.
          parser.nextToken();
          parser.skipChildren();
          continue;
        }
        String at = at(parser.currentTokenLocation());
        parser.nextToken();
        if (!isKnown || seen.add(name)) {
          new JsonField(name, at, parser, value, draft).take();
        } else {
          draft.refuse(
              RefusalCode.MALFORMED_RECORD,
              name,
              "field '%s'%s comes twice; give it once".formatted(shown(name), at));
          parser.skipChildren();
        }
      }
    }
  }

  /** The place of something in the JSON, with a space before it. */
  static String at(JsonLocation location) {
    return location == null
        ? ""
        : " at line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
  }

  static String shown(String name) {
    return name.length() <= 64 ? name : name.substring(0, 64) + "...";
  }
}
