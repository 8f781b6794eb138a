package io.penstock.streams.score.json;

import static java.util.Map.entry;

import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.json.ResultJson;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The record headers that say what a bare body does not. Values are UTF-8. A header that begins
 * with {@link #PREFIX} and is none of these is refused: a misspelt one must not be passed over. A
 * header that comes twice is refused too, since nobody can tell which of the two is meant.
 *
 * @param values by name, of all headers that begin with {@link #PREFIX}
 * @param repeated the names of those that come more than once
 */
public record RequestHeaders(Map<String, String> values, Set<String> repeated) {

  /** What the names of all headers of requests begin with. */
  public static final String PREFIX = "penstock-";

  /** The form in which the result is wanted: {@code json} or {@code avro}. */
  public static final String ACCEPT = ResultJson.ACCEPT;

  /**
   * The header that Penstock sets when it puts a record back; see {@code SourceRecord}. It says
   * nothing about the request.
   */
  private static final String ACCEPTED_AT = PREFIX + "accepted-at";

  private static final Map<String, String> FIELDS =
      new TreeMap<>(
          Map.ofEntries(
              entry(PREFIX + "id", "id"),
              entry(PREFIX + "tenant", "tenant"),
              entry(PREFIX + "endpoint", "endpoint"),
              entry(PREFIX + "model", "model"),
              entry(PREFIX + "class", "serviceClass"),
              entry(PREFIX + "deadline", "deadline"),
              entry(PREFIX + "reply-topic", "replyTopic"),
              entry(PREFIX + "reply-key", "replyKey"),
              entry(PREFIX + "stream", "stream"),
              entry(PREFIX + "webhook", "webhook"),
              entry(PREFIX + "batch-id", "batchId"),
              entry(PREFIX + "custom-id", "customId")));

  public RequestHeaders {
    Map<String, String> own = new TreeMap<>(values);
    own.remove(ACCEPTED_AT);
    values = Map.copyOf(own);
    repeated = Set.copyOf(repeated);
  }

  /** The form that a request asks for; empty if it does not say, or does not say it clearly. */
  public Optional<ResultFormat> accepted() {
    return repeated.contains(ACCEPT)
        ? Optional.empty()
        : Optional.ofNullable(values.get(ACCEPT))
            .flatMap(
                text ->
                    switch (text.toLowerCase(Locale.ROOT)) {
                      case "json" -> Optional.of(ResultFormat.JSON);
                      case "avro" -> Optional.of(ResultFormat.AVRO);
                      default -> Optional.empty();
                    });
  }

  /**
   * Returns what is wrong with {@link #ACCEPT}, the one header that counts for a request as Avro
   * too.
   */
  public Optional<Refusal> acceptFault() {
    if (repeated.contains(ACCEPT)) {
      return Optional.of(twice(ACCEPT));
    }
    String value = values.get(ACCEPT);
    return value == null || accepted().isPresent()
        ? Optional.empty()
        : Optional.of(
            malformed(
                ACCEPT,
                "header %s is '%s'; give json or avro"
                    .formatted(ACCEPT, JsonRequests.shown(value))));
  }

  void into(RequestDraft draft) {
    new TreeMap<>(values).forEach((name, value) -> into(draft, name, value));
  }

  private void into(RequestDraft draft, String name, String value) {
    String field = FIELDS.get(name);
    if (name.equals(ACCEPT)) {
      acceptFault().ifPresent(draft::refuse);
    } else if (field == null) {
      draft.refuse(
          malformed(
              name,
              "header '%s' is not known; known are %s and %s"
                  .formatted(
                      JsonRequests.shown(name), String.join(", ", FIELDS.keySet()), ACCEPT)));
    } else if (repeated.contains(name)) {
      draft.refuse(twice(name));
    } else if (value.indexOf('\uFFFD') >= 0) {
      draft.refuse(
          malformed(name, "header %s is not valid UTF-8; encode it as UTF-8".formatted(name)));
    } else {
      String text = field.equals("serviceClass") ? value.toUpperCase(Locale.ROOT) : value;
      draft.put(field, text, "header " + name);
    }
  }

  private static Refusal twice(String name) {
    return malformed(name, "header %s comes more than once; give it once".formatted(name));
  }

  private static Refusal malformed(String name, String message) {
    return new Refusal(RefusalCode.MALFORMED_RECORD, JsonRequests.shown(name), message);
  }
}
