package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.text.Printable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A batch as the front shows it. */
record BatchObject(ObjectNode json) {

  private static final Set<String> ENDED = Set.of("completed", "failed", "expired", "cancelled");

  String id() {
    return json.path("id").asText();
  }

  String status() {
    return json.path("status").asText();
  }

  boolean isEnded() {
    return ENDED.contains(status());
  }

  /** Whether every request has an answer. */
  boolean isFlawless() {
    return status().equals("completed") && failed() == 0;
  }

  long total() {
    return json.path("request_counts").path("total").asLong();
  }

  long failed() {
    return json.path("request_counts").path("failed").asLong();
  }

  /** How many requests have ended, well or not. */
  long done() {
    return json.path("request_counts").path("completed").asLong() + failed();
  }

  Optional<Instant> time(String field) {
    JsonNode seconds = json.path(field);
    return seconds.isIntegralNumber()
        ? Optional.of(Instant.ofEpochSecond(seconds.asLong()))
        : Optional.empty();
  }

  /** When it should be done, while that can be told. */
  Optional<Instant> estimate() {
    return isEnded() ? Optional.empty() : time("estimated_completion_at");
  }

  Optional<String> file(String field) {
    return Optional.of(json.path(field).asText()).filter(id -> !id.isEmpty());
  }

  /** What is wrong with its input file, a line for each fault. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    for (JsonNode fault : json.path("errors").path("data")) {
      String line =
          fault.path("line").isIntegralNumber() ? "line " + fault.path("line") + ": " : "";
      faults.add(Printable.of(line + fault.path("message").asText()));
    }
    return faults;
  }

  /** One line about how it stands. */
  String text(Instant now) {
    StringBuilder text = new StringBuilder("%s: %s".formatted(id(), status()));
    if (total() > 0) {
      text.append(", %d of %d done".formatted(done(), total()));
    }
    if (failed() > 0) {
      text.append(", %d of them failed".formatted(failed()));
    }
    ready(now).ifPresent(ready -> text.append(", ").append(ready));
    return Printable.of(text.toString());
  }

  /** When it should be done, for a person, while that can be told. */
  Optional<String> ready(Instant now) {
    return estimate()
        .map(
            at ->
                time("expires_at").filter(closes -> !at.isBefore(closes)).isPresent()
                    ? "not likely to be done before its window closes"
                    : ready(at, now));
  }

  private static String ready(Instant at, Instant now) {
    return at.isAfter(now)
        ? "should be done in " + TimeText.age(Duration.between(now, at))
        : "should be done any moment";
  }
}
