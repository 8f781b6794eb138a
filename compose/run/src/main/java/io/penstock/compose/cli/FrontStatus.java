package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontAnswer;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A request as the front shows it.
 *
 * @param known empty if the front knows of no such request of the caller's
 */
record FrontStatus(String id, Optional<ObjectNode> known) {

  private static final int NOT_FOUND = 404;

  static FrontStatus read(FrontClient client, String id) throws InterruptedException {
    FrontAnswer answer = client.answer(FrontCall.get(path(id)));
    if (answer.status() == NOT_FOUND && answer.fault().isPresent()) {
      return new FrontStatus(id, Optional.empty());
    }
    if (!answer.isSuccess()) {
      throw client.failure(answer);
    }
    return new FrontStatus(
        id, Optional.of(answer.object().orElseThrow(() -> client.failure(answer))));
  }

  /** The path of a request. */
  static String path(String id) {
    return "/v1/requests/" + FrontPages.encoded(id);
  }

  static Listing<FrontStatus> listing(Instant now) {
    return Listing.ofRecords(
        FrontStatus::json,
        Column.shown("ID", FrontStatus::id),
        Column.shown("STATE", row -> row.text("status").orElse("unknown")),
        Column.shown(
            "FOR", row -> row.changedAt().map(at -> TimeText.age(Duration.between(at, now)))),
        Column.shown("CLASS", row -> row.text("service_class")),
        Column.shown("MODEL", row -> row.text("model")),
        Column.shown("ATTEMPTS", row -> row.text("attempts")),
        Column.shown("WHY", FrontStatus::why));
  }

  boolean isKnown() {
    return known.isPresent();
  }

  private ObjectNode json() {
    return known.orElseGet(
        () -> RecordJson.MAPPER.createObjectNode().put("id", id).putNull("status"));
  }

  private Optional<String> text(String field) {
    return text(known.<JsonNode>map(json -> json.path(field)));
  }

  private static Optional<String> text(Optional<JsonNode> value) {
    return value.filter(node -> node.isValueNode() && !node.isNull()).map(JsonNode::asText);
  }

  private Optional<Instant> changedAt() {
    try {
      return text("changed_at").map(Instant::parse);
    } catch (DateTimeException other) {
      return Optional.empty();
    }
  }

  /** Why it waits, or why its last attempt failed. */
  private Optional<String> why() {
    if (known.isEmpty()) {
      return Optional.of("never accepted, or no longer remembered");
    }
    return text(known.map(json -> json.path("waiting").path("reason")))
        .or(() -> text("last_failure"));
  }
}
