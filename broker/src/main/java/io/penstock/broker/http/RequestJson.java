package io.penstock.broker.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.inference.Urgency;
import io.penstock.broker.prediction.WaitEstimate;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.schemas.RequestState;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** How the status of a request looks. */
final class RequestJson {

  private RequestJson() {}

  /**
   * The status.
   *
   * @param estimate what it has to expect, while it waits
   */
  static ObjectNode of(KnownRequest known, Optional<WaitEstimate> estimate, Instant now) {
    ObjectNode json =
        Replies.JSON
            .createObjectNode()
            .put("id", known.id())
            .put("object", "request")
            .put("status", known.state().name().toLowerCase(Locale.ROOT))
            .put("service_class", known.serviceClass().map(Urgency::name).orElse(null))
            .put("model", known.model().orElse(null))
            .put("attempts", known.attempts())
            .put("submitted_at", known.submittedAt().map(Instant::toString).orElse(null))
            .put("changed_at", known.changedAt().toString());
    known.failure().ifPresent(why -> json.put("last_failure", why));
    if (!known.isFinished() && known.state() != RequestState.LEASED) {
      estimate.ifPresent(each -> waiting(json.putObject("waiting"), known, each, now));
    }
    return json;
  }

  private static void waiting(
      ObjectNode json, KnownRequest known, WaitEstimate estimate, Instant now) {
    String reason =
        known.state() == RequestState.ACCEPTED
            ? "its model is being chosen; then: " + estimate.reason()
            : known
                .failure()
                .filter(_ -> known.attempts() > 0)
                .map(why -> "an attempt failed (%s), and %s".formatted(why, estimate.reason()))
                .orElse(estimate.reason());
    json.put("reason", reason);
    estimate.ahead().ifPresent(ahead -> json.put("ahead_at_most", ahead));
    estimate.startsIn().ifPresent(in -> json.put("estimated_start_at", now.plus(in).toString()));
  }
}
