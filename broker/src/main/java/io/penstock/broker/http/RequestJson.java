package io.penstock.broker.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.inference.Urgency;
import io.penstock.broker.prediction.Outlook;
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
   * @param outlook what it has to expect, while it waits
   */
  static ObjectNode of(KnownRequest known, Optional<Outlook> outlook, Instant now) {
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
      outlook.ifPresent(each -> waiting(json.putObject("waiting"), known, each, now));
    }
    return json;
  }

  private static void waiting(ObjectNode json, KnownRequest known, Outlook outlook, Instant now) {
    String reason =
        known.state() == RequestState.ACCEPTED
            ? "its model is being chosen; then: " + outlook.reason()
            : known
                .failure()
                .filter(_ -> known.attempts() > 0)
                .map(why -> "an attempt failed (%s), and %s".formatted(why, outlook.reason()))
                .orElse(outlook.reason());
    json.put("reason", reason);
    outlook.ahead().ifPresent(ahead -> json.put("ahead_at_most", ahead));
    outlook.startsIn().ifPresent(in -> json.put("estimated_start_at", now.plus(in).toString()));
  }
}
