package io.penstock.streams.score.json;

import io.penstock.schemas.ResultFormat;
import io.penstock.streams.score.request.RefusalCode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The record headers that say what a bare body does not. Values are UTF-8. A header that begins
 * with {@link #PREFIX} and is none of these is refused: a misspelt one must not be passed over.
 */
public final class RequestHeaders {

  /** What the names of all headers of requests begin with. */
  public static final String PREFIX = "penstock-";

  /** In which form the result is wanted: {@code json} or {@code avro}. */
  public static final String ACCEPT = PREFIX + "accept";

  /** Set by Penstock when it puts a record back; see {@code SourceRecord}. */
  private static final String ACCEPTED_AT = PREFIX + "accepted-at";

  private static final Map<String, String> FIELDS =
      new TreeMap<>(
          Map.of(
              PREFIX + "id", "id",
              PREFIX + "tenant", "tenant",
              PREFIX + "endpoint", "endpoint",
              PREFIX + "model", "model",
              PREFIX + "class", "serviceClass",
              PREFIX + "deadline", "deadline",
              PREFIX + "reply-topic", "replyTopic",
              PREFIX + "batch-id", "batchId",
              PREFIX + "custom-id", "customId"));

  private RequestHeaders() {}

  /** The form that a request asks for; empty if it does not say, or says what is none. */
  public static Optional<ResultFormat> accepted(Map<String, String> headers) {
    return Optional.ofNullable(headers.get(ACCEPT))
        .flatMap(
            text ->
                switch (text.toLowerCase(Locale.ROOT)) {
                  case "json" -> Optional.of(ResultFormat.JSON);
                  case "avro" -> Optional.of(ResultFormat.AVRO);
                  default -> Optional.empty();
                });
  }

  static void into(RequestDraft draft, Map<String, String> headers) {
    headers.forEach(
        (name, value) -> {
          String field = FIELDS.get(name);
          if (field != null && value.indexOf('\uFFFD') >= 0) {
            draft.refuse(
                RefusalCode.MALFORMED_RECORD,
                name,
                "header %s is not valid UTF-8; encode it as UTF-8".formatted(name));
          } else if (field != null) {
            String text = field.equals("serviceClass") ? value.toUpperCase(Locale.ROOT) : value;
            draft.put(field, text, "header " + name);
          } else if (name.equals(ACCEPT)) {
            if (accepted(headers).isEmpty()) {
              draft.refuse(
                  RefusalCode.MALFORMED_RECORD,
                  ACCEPT,
                  "header %s is '%s'; give json or avro"
                      .formatted(ACCEPT, JsonRequests.shown(value)));
            }
          } else if (!name.equals(ACCEPTED_AT)) {
            draft.refuse(
                RefusalCode.MALFORMED_RECORD,
                JsonRequests.shown(name),
                "header '%s' is not known; known are %s and %s"
                    .formatted(
                        JsonRequests.shown(name), String.join(", ", FIELDS.keySet()), ACCEPT));
          }
        });
  }
}
