package io.penstock.streams.score.model;

import io.penstock.streams.score.request.Abbreviated;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Makes one refusal out of the reasons why each candidate was ruled out. */
final class SelectionRefusals {

  private static final int EACH = 300;

  /** What may pass by itself is said rather than what does not. */
  private static final List<RefusalCode> PASSING =
      List.of(RefusalCode.OVERLOADED, RefusalCode.MAX_WAIT_EXCEEDED, RefusalCode.NO_ACTIVE_VARIANT);

  private SelectionRefusals() {}

  static Refusal of(ParsedRequest request, Map<String, Refusal> excluded) {
    if (excluded.isEmpty()) {
      return new Refusal(
          RefusalCode.UNKNOWN_MODEL,
          "model",
          "there is no model for %s; register one with 'penstock models apply'"
              .formatted(Abbreviated.quote(request.model())));
    }
    if (excluded.size() == 1) {
      return excluded.values().iterator().next();
    }
    RefusalCode code = code(excluded);
    Duration retryAfter =
        excluded.values().stream()
            .filter(refusal -> refusal.code() == code)
            .map(Refusal::retryAfter)
            .filter(Objects::nonNull)
            .min(Duration::compareTo)
            .orElse(null);
    return new Refusal(
        code,
        "model",
        "none of %d models can serve this: %s"
            .formatted(
                excluded.size(),
                excluded.entrySet().stream()
                    .map(each -> each.getKey() + ": " + text(each.getValue()))
                    .collect(Collectors.joining("; "))),
        retryAfter);
  }

  /** A refusal with its code, short enough to stand among others. */
  static String text(Refusal refusal) {
    return "%s, %s".formatted(refusal.code().code(), Abbreviated.of(refusal.message(), EACH));
  }

  private static RefusalCode code(Map<String, Refusal> excluded) {
    List<RefusalCode> codes = excluded.values().stream().map(Refusal::code).distinct().toList();
    return PASSING.stream()
        .filter(codes::contains)
        .findFirst()
        .orElseGet(() -> codes.size() == 1 ? codes.getFirst() : RefusalCode.NO_SUITABLE_MODEL);
  }
}
