package io.penstock.streams.score.json;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A request that comes together from a record's headers and fields. Keeps the first fault. */
final class RequestDraft {

  /** The fields of a request, in the order of its schema. */
  static final List<String> FIELDS =
      InferenceRequest.getClassSchema().getFields().stream().map(each -> each.name()).toList();

  private static final ByteBuffer NO_BODY = ByteBuffer.allocate(0).asReadOnlyBuffer();
  private static final String DEFAULT_TENANT = "default";

  /** No tenant's name. */
  private static final String NOBODY = "";

  private static final Pattern SHORT_DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,100}");

  private final Instant acceptedAt;
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, String> places = new HashMap<>();
  private Map<String, String> attributes = Map.of();
  private @Nullable RoutingPreferences routing;
  private @Nullable ByteBuffer body;
  private @Nullable Instant deadline;
  private @Nullable Instant createdAt;
  private @Nullable ServiceClass serviceClass;
  private boolean stream;
  private @Nullable Refusal refusal;

  RequestDraft(Instant acceptedAt) {
    this.acceptedAt = acceptedAt;
  }

  /**
   * Gives a field that a text can express.
   *
   * @param place where it was given, for whoever gave it twice
   */
  void put(String field, String text, String place) {
    String before = places.putIfAbsent(field, place);
    if (before != null) {
      refuse(
          RefusalCode.MALFORMED_RECORD,
          field,
          "%s is given by the %s and by the %s; give it once".formatted(field, before, place));
      return;
    }
    switch (field) {
      case "deadline" -> deadline = time(field, text, place, true);
      case "createdAt" -> createdAt = time(field, text, place, false);
      case "serviceClass" -> serviceClass = serviceClass(text, place);
      case "stream" -> stream = flag(field, text, place);
      default -> texts.put(field, text);
    }
  }

  void body(ByteBuffer bytes) {
    body = bytes;
  }

  void routing(RoutingPreferences wanted) {
    routing = wanted;
  }

  void attributes(Map<String, String> all) {
    attributes = all;
  }

  /** Notes a fault; the first one counts. */
  void refuse(RefusalCode code, @Nullable String field, String message) {
    refuse(new Refusal(code, field, message));
  }

  /** Notes a fault; the first one counts. */
  void refuse(Refusal fault) {
    if (refusal == null) {
      refusal = fault;
    }
  }

  /** Notes a fault of the whole value, which counts more than those of its fields. */
  void refuseWhole(String message) {
    refusal = new Refusal(RefusalCode.INVALID_JSON, null, message);
  }

  /**
   * Refuses what lacks something.
   *
   * @param fields whether the value is a request and not a bare body
   */
  void requireComplete(boolean fields) {
    if (!texts.containsKey("endpoint")) {
      refuse(
          RefusalCode.UNSUPPORTED_ENDPOINT,
          "endpoint",
          "endpoint is missing; give the header %sendpoint%s, such as /v1/chat/completions"
              .formatted(RequestHeaders.PREFIX, fields ? " or the field endpoint" : ""));
    }
    if (body == null) {
      refuse(
          RefusalCode.INVALID_BODY,
          "body",
          "body is missing; give the OpenAI request as an object in the field body");
    }
  }

  Optional<Refusal> refusal() {
    return Optional.ofNullable(refusal);
  }

  /** Whose it is. Where a name may have been misspelt or cut off, it is nobody's. */
  private String tenant() {
    boolean isInDoubt =
        refusal != null
            && (refusal.code() == RefusalCode.INVALID_JSON
                || refusal.code() == RefusalCode.MALFORMED_RECORD);
    return texts.getOrDefault("tenant", isInDoubt ? NOBODY : DEFAULT_TENANT);
  }

  /** The request as far as it was given. */
  InferenceRequest request(String otherId) {
    return InferenceRequest.newBuilder()
        .setId(texts.getOrDefault("id", otherId))
        .setTenant(tenant())
        .setEndpoint(texts.getOrDefault("endpoint", ""))
        .setModel(texts.getOrDefault("model", ""))
        .setBody(body == null ? NO_BODY.duplicate() : body)
        .setServiceClass(serviceClass)
        .setDeadline(deadline)
        .setRouting(routing)
        .setReplyTopic(texts.get("replyTopic"))
        .setBatchId(texts.get("batchId"))
        .setCustomId(texts.get("customId"))
        .setAttributes(attributes)
        .setCreatedAt(createdAt)
        .setReplyKey(texts.get("replyKey"))
        .setStream(stream)
        .setWebhook(texts.get("webhook"))
        .build();
  }

  private @Nullable ServiceClass serviceClass(String text, String place) {
    for (ServiceClass each : ServiceClass.values()) {
      if (each.name().equals(text)) {
        return each;
      }
    }
    refuse(
        RefusalCode.INVALID_SERVICE_CLASS,
        "serviceClass",
        "the %s is '%s'; give one of %s, or leave it out"
            .formatted(
                place,
                JsonRequests.shown(text),
                Arrays.stream(ServiceClass.values())
                    .map(ServiceClass::name)
                    .collect(Collectors.joining(", "))));
    return null;
  }

  private boolean flag(String field, String text, String place) {
    if (!text.equals("true") && !text.equals("false")) {
      refuse(
          RefusalCode.MALFORMED_RECORD,
          field,
          "the %s is '%s'; give true or false".formatted(place, JsonRequests.shown(text)));
    }
    return text.equals("true");
  }

  private @Nullable Instant time(String field, String text, String place, boolean relative) {
    try {
      Instant time = time(text, relative).truncatedTo(ChronoUnit.MICROS);
      // Records hold microseconds since 1970 in 64 bits.
      var _ =
          Math.addExact(
              Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
      return time;
    } catch (DateTimeException | ArithmeticException e) {
      refuse(
          relative ? RefusalCode.INVALID_DEADLINE : RefusalCode.INVALID_TIME,
          field,
          "the %s is '%s'; give %san instant such as 2026-01-31T12:00:00Z, or microseconds since 1970"
              .formatted(
                  place,
                  JsonRequests.shown(text),
                  relative ? "a length of time from now such as 30s, 10m or 2h, " : ""));
      return null;
    }
  }

  /**
   * @throws DateTimeException if it is none, or beyond what an instant holds
   * @throws ArithmeticException if it is beyond what an instant holds
   */
  private Instant time(String text, boolean relative) {
    if (WHOLE.matcher(text).matches()) {
      return Instant.EPOCH.plus(new BigInteger(text).longValueExact(), ChronoUnit.MICROS);
    }
    Matcher length = SHORT_DURATION.matcher(text);
    if (relative && length.matches()) {
      return acceptedAt.plus(Long.parseLong(length.group(1)), unit(length.group(2)));
    }
    return relative && text.startsWith("P")
        ? acceptedAt.plus(Duration.parse(text))
        : Instant.parse(text);
  }

  private static ChronoUnit unit(String letters) {
    return switch (letters) {
      case "ms" -> ChronoUnit.MILLIS;
      case "s" -> ChronoUnit.SECONDS;
      case "m" -> ChronoUnit.MINUTES;
      case "h" -> ChronoUnit.HOURS;
      default -> ChronoUnit.DAYS;
    };
  }
}
